"""What adopting and giving back need of the gateway: secrets kept and fetched, settings in force, a server's tools accepted.

A value that comes from here goes into the client's own file, from which it was taken, and nowhere else.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterator
from typing import Any, Protocol

import msgspec

from app.bridge.home import stopped_mark
from app.control.client import CALL_SECONDS, START_SECONDS, ControlClient, ensure_gateway
from app.core.errors import ClientConfigError, DoorkeepError, GatewayUnreachableError

KEYCHAIN_SECONDS = 100.0
"""The system may ask for a password meanwhile; the gateway itself gives up after 60 s."""
LOOK_SECONDS = 180.0
"""A server may have to be downloaded before it can be looked at."""


class Fetched(msgspec.Struct, frozen=True):
    """Name → value of those that are there. `replaced`: set anew since they were taken over; `gone`: not there any more."""

    values: dict[str, str] = {}
    replaced: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class Door(Protocol):
    """The gateway, as these rooms need it."""

    def keep(self, secret: str, value: str) -> None:
        """Into the keychain, as one that stood in a client's file. Raises DoorkeepError."""
        ...

    def fetch(self, secrets: Collection[str]) -> Fetched:
        """Those that were kept by `keep`. Raises DoorkeepError where the keychain cannot be asked."""
        ...

    def settled(self) -> None:
        """Return when the settings on disk are in force. Raises DoorkeepError."""
        ...

    def trust(self, server: str) -> int:
        """Take what a server says of its tools as it is, unreviewed; how many it has. Raises DoorkeepError."""
        ...


class GatewayDoor:
    """The real one. A gateway is started where none runs; where the user had stopped it, it is stopped again afterwards."""

    def __init__(self, home: str) -> None:
        self._home = home

    def keep(self, secret: str, value: str) -> None:
        with self._gateway() as control:
            control.call("adopt_secret", KEYCHAIN_SECONDS, name=secret, value=value)

    def fetch(self, secrets: Collection[str]) -> Fetched:
        if not secrets:
            return Fetched()
        with self._gateway() as control:
            answer = control.call("adopted_secrets", KEYCHAIN_SECONDS, names=sorted(secrets))
        return msgspec.convert(answer, Fetched)

    def settled(self) -> None:
        with self._gateway() as control:
            error: dict[str, Any] | None = control.call("settings").get("error")
        if error:
            raise DoorkeepError(error["title"], error.get("detail", ""), error.get("fix", ""))

    def trust(self, server: str) -> int:
        with self._gateway() as control:
            seen = control.call("look_server", LOOK_SECONDS, name=server)
            accepted = control.call("accept_server", name=server, digest=seen["digest"], reviewed=False)
        return int(accepted["tools"])

    @contextlib.contextmanager
    def _gateway(self) -> Iterator[ControlClient]:
        if not os.path.exists(stopped_mark(self._home)):
            with ensure_gateway(self._home) as control:
                yield control
            return
        with _started_for_this(self._home) as control:
            try:
                yield control
            finally:
                control.call("stop", CALL_SECONDS, stay=True)
                _await_end(self._home)


def _started_for_this(home: str) -> ControlClient:
    """The user stopped Doorkeep, so nobody gets a gateway by asking; yet taking it out of a client needs one for a moment."""
    with contextlib.suppress(GatewayUnreachableError):
        return ControlClient(home)
    from app.bridge.launch import start_gateway

    with contextlib.suppress(OSError):
        os.unlink(stopped_mark(home))
    start_gateway(home)
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return ControlClient(home)
        except GatewayUnreachableError:
            if time.monotonic() > end:
                _mark_stopped(home)
                raise
            time.sleep(0.02)


def _await_end(home: str) -> None:
    """The next deed must not meet a gateway that is on its way out."""
    end = time.monotonic() + START_SECONDS
    with contextlib.suppress(GatewayUnreachableError):
        while time.monotonic() < end:
            ControlClient(home).close()
            time.sleep(0.02)


def _mark_stopped(home: str) -> None:
    with contextlib.suppress(OSError):
        os.close(os.open(stopped_mark(home), os.O_WRONLY | os.O_CREAT, 0o600))


def door_to(home: str) -> Door:
    """The gateway of that home; nothing is started before it is asked for something."""
    return GatewayDoor(home)


def as_client_error(error: DoorkeepError, means: str) -> ClientConfigError:
    """The same words, with what they mean for the client's file."""
    return ClientConfigError(error.title, " ".join(part for part in (error.detail, means) if part), error.fix)
