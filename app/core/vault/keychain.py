"""Which keychain of the operating system holds the secrets: one of a short list of real ones, never a file of plain text.

The only room that imports keyring. It runs in a process of its own (child.py), since a locked keychain may hang its thread.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.errors import VaultError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

REAL = {
    "darwin": ("keyring.backends.macOS.Keyring",),
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
    "linux": (
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.libsecret.Keyring",
    ),
}
"""By `sys.platform`, the best first. KWallet also answers as a Secret Service since KDE Frameworks 5.97."""
NAMED = "PYTHON_KEYRING_BACKEND"
"""keyring's own variable; it may choose among REAL and nothing else."""
BUS = "DBUS_SESSION_BUS_ADDRESS"


class NoKeychainError(VaultError):
    """This session has no keychain that can be trusted with a secret."""


class LockedError(VaultError):
    """The keychain is there and closed, and was not opened."""


def find_session_bus(run: str = "/run/user") -> None:
    """Clients and services start us without the session bus's address: take the place where the system keeps its socket."""
    if sys.platform != "linux" or os.environ.get(BUS):
        return
    path = f"{run}/{os.getuid()}/bus"
    try:
        owner = os.stat(path).st_uid
    except OSError:
        return
    if owner == os.getuid():
        os.environ[BUS] = f"unix:path={path}"


def choose() -> KeyringBackend:
    """The keychain of this session. Raises NoKeychainError."""
    known = REAL.get(sys.platform, REAL["linux"])
    named = os.environ.get(NAMED)
    if named and named not in known:
        raise NoKeychainError(
            f"{NAMED} names {named}, which is no keychain that Doorkeep trusts.",
            "Secrets are kept only by the operating system's own keychain, never in a file.",
            f"Unset {NAMED}, or name one of: {', '.join(known)}.",
        )
    find_session_bus()
    reasons: list[str] = []
    for path in (named,) if named else known:
        found = _opened(path, reasons)
        if found is not None:
            return found
    raise NoKeychainError("This session has no keychain.", "; ".join(reasons), _way_out())


def _opened(path: str, reasons: list[str]) -> KeyringBackend | None:
    module, _, name = path.rpartition(".")
    try:
        kind: type[KeyringBackend] = getattr(importlib.import_module(module), name)
        _ = kind.priority  # raises where it cannot work here
        return kind()
    except Exception as error:  # each backend fails in the words of its own library
        reasons.append(f"{module.rpartition('.')[2]}: {error}")
        return None


def _way_out() -> str:
    if sys.platform == "linux":
        return (
            "Install GNOME Keyring, KWallet or another Secret Service and log in to the desktop; without a desktop: "
            "dbus-run-session, and in it gnome-keyring-daemon --unlock."
        )
    return "Log in to the desktop as this user and try again."


def note_when_asked(backend: KeyringBackend, asking: Callable[[], None]) -> None:
    """Call `asking` if the next access will make the system ask the person for a password, as far as that can be known."""
    if sys.platform == "darwin":
        asking()
        return
    if type(backend).__module__ != "keyring.backends.SecretService":
        return
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        if secretstorage.Collection(connection).is_locked():
            asking()
    except secretstorage.ItemNotFoundException:
        asking()  # there is no keyring yet: the system asks for a password for the first one
    finally:
        connection.close()


def said(error: Exception) -> VaultError:
    """What a backend's failure means. Its own words may be passed on: no backend puts a value into them."""
    import keyring.errors

    if isinstance(error, VaultError):
        return error
    if isinstance(error, (keyring.errors.KeyringLocked, keyring.errors.InitError)):
        return LockedError(
            "The keychain is locked.",
            "It was not opened, so the secret could not be read or kept.",
            "Unlock it (log in to the desktop, or open the keychain's own program) and try again.",
        )
    return VaultError(
        "The keychain refused.", f"{type(error).__name__}: {error}", "Try again; `doorkeep doctor` looks at it."
    )
