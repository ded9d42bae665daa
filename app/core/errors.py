"""Errors that a person may meet: what happened, what it means, what to do. Importing this costs nothing.

An error carries no secret and no stack.
"""

from __future__ import annotations


class DoorkeepError(Exception):
    """Something a person should read. `title` says what happened, `detail` what it means, `fix` what to do."""

    def __init__(self, title: str, detail: str = "", fix: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.fix = fix

    def __str__(self) -> str:
        return " ".join(part for part in (self.title, self.detail, self.fix) if part)


class SettingsError(DoorkeepError):
    """`doorkeep.toml` cannot be read, does not parse, or says something that is not allowed."""


class JournalError(DoorkeepError):
    """The call log cannot be opened or written; while that is so no call is allowed."""


class GatewayUnreachableError(DoorkeepError):
    """No gateway answers at the door of this home."""


class ClientConfigError(DoorkeepError):
    """A client's configuration cannot be read or changed safely; nothing was written."""


class VaultError(DoorkeepError):
    """The keychain is missing, locked, or refused. The words carry no value."""
