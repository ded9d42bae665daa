"""Errors that a person may meet: what happened, what it means, what to do. Importing this costs nothing.

An error carries no secret and no stack.
"""

from __future__ import annotations


class DoorkeepError(Exception):
    """Something a person should read. `title` says what happened, `detail` what it means, `fix` what to do."""

    article = ""
    """Where the user's guide tells more of this kind: `NAME` or `NAME#anchor`."""

    def __init__(self, title: str, detail: str = "", fix: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.fix = fix

    def __str__(self) -> str:
        return " ".join(part for part in (self.title, self.detail, self.fix) if part)


class SettingsError(DoorkeepError):
    """`doorkeep.toml` cannot be read, does not parse, or says something that is not allowed."""

    article = "troubleshooting#the-settings-file-has-a-mistake"


class JournalError(DoorkeepError):
    """The call log cannot be opened or written; while that is so no call is allowed."""

    article = "troubleshooting#every-call-is-refused"


class GatewayUnreachableError(DoorkeepError):
    """No gateway answers at the door of this home."""

    article = "troubleshooting#doorkeep-is-not-running"


class ClientConfigError(DoorkeepError):
    """A client's configuration cannot be read or changed safely; nothing was written."""

    article = "troubleshooting#the-app-does-not-show-doorkeeps-tools"


class VaultError(DoorkeepError):
    """The keychain is missing, locked, or refused. The words carry no value."""

    article = "troubleshooting#the-keychain-is-locked-or-missing"


class NoSecretError(VaultError):
    """The keychain has no secret of this name."""
