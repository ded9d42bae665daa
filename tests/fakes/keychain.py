"""A real Secret Service for tests: a session bus and GNOME Keyring of their own, in a throw-away home."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "a password for tests"
NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
LOCKING = """
import secretstorage
connection = secretstorage.dbus_init()
secretstorage.Collection(connection).lock()
"""
OPENING = """
import secretstorage
from secretstorage import util
connection = secretstorage.dbus_init()
keyring = secretstorage.Collection(connection)
if keyring.is_locked():
    session = util.open_session(connection)
    service = util.DBusAddressWrapper(
        "/org/freedesktop/secrets", "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", connection)
    master = util.format_secret(session, b"{password}", "text/plain")
    service.call("UnlockWithMasterPassword", "o(oayays)", keyring.collection_path, master)
    assert not keyring.is_locked()
"""


def missing() -> str:
    """The programs that are not on this machine, in words; empty where all are there."""
    return ", ".join(name for name in NEEDED if shutil.which(name) is None)


class Keychain:
    """The running service. `env` is what a program needs to reach it."""

    def __init__(self, env: dict[str, str], bus: str) -> None:
        self.env = env
        self.bus = bus

    def lock(self) -> None:
        """Close it, as a screen lock may; nobody is there to open it again."""
        subprocess.run([sys.executable, "-c", LOCKING], env={**os.environ, **self.env}, check=True, timeout=30)

    def open(self) -> None:
        """Open it again with its password, as the login of a desktop does. An open one stays open."""
        code = OPENING.format(password=PASSWORD)
        subprocess.run([sys.executable, "-c", code], env={**os.environ, **self.env}, check=True, timeout=30)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Keychain]:
    """Start both, unlocked, and end both."""
    runtime, data = folder / "runtime", folder / "data"
    for path in (runtime, data):
        path.mkdir(mode=0o700)
    env = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "XDG_DATA_HOME": str(data), "HOME": str(folder)}
    for name in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "GNOME_KEYRING_CONTROL"):
        env.pop(name, None)
    address = f"unix:path={runtime}/bus"
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address={address}"],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert bus.stdout is not None
    try:
        assert bus.stdout.readline().startswith(address.encode())
        env["DBUS_SESSION_BUS_ADDRESS"] = address
        keyring = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert keyring.stdin is not None
            keyring.stdin.write(PASSWORD.encode())
            keyring.stdin.close()
            _await_service(env)
            yield Keychain({"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": str(runtime)}, address)
        finally:
            keyring.kill()
            keyring.wait(10)
    finally:
        bus.kill()
        bus.wait(10)
        bus.stdout.close()


def _await_service(env: dict[str, str]) -> None:
    """Until the keyring owns its name on the bus and its default collection is open."""
    waiting = """
import time, secretstorage
end = time.monotonic() + 20
while True:
    try:
        connection = secretstorage.dbus_init()
        if not secretstorage.Collection(connection).is_locked():
            break
    except Exception:
        if time.monotonic() > end:
            raise
    time.sleep(0.02)
"""
    subprocess.run([sys.executable, "-c", waiting], env=env, check=True, timeout=40)
