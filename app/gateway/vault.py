"""Secrets for servers: asked of the keychain's own short-lived process, one deed at a time, never written down.

What lies on disk is which names there are and when each was set and used (secret_names.py). A value lives in this process
only as long as a server that was given it may print it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Collection
from typing import Any, Literal

import msgspec

from app.bridge.home import default_home, home_digest
from app.core.errors import DoorkeepError, NoSecretError, VaultError
from app.core.secret_names import NAME, Noted, names_of, write_names
from app.core.vault.deeds import Answer, Request
from app.desktop import inside
from app.gateway.children import Child
from app.gateway.log import BoundedFile
from app.gateway.programs import ROOT
from app.gateway.ticks import Ticks

PATIENCE_SECONDS = 30.0
ASKED_SECONDS = 60.0
"""Where the system asks the person for a password."""
IDLE_SECONDS = 5.0
MOST_WAITING = 256

Do = Literal["get", "set", "remove"]
Then = Callable[[Any], None]
"""Given what came of it, or a VaultError."""


class _Deed(msgspec.Struct):
    request: Request
    then: Then


class Vault:
    """One per gateway. `start` begins a process for a Child and looks after its end (the supervisor)."""

    def __init__(self, loop: Ticks, home: str, start: Callable[[Child, list[str], dict[str, str]], None]) -> None:
        self._loop = loop
        self._home = home
        self._start = start
        self._waiting: deque[_Deed] = deque()
        self._child: Child | None = None
        self._number = 0
        self._timer: Any = None
        self._idle: Any = None

    def fetch(self, names: Collection[str], then: Then) -> None:
        """`then` gets name → value of all of them, or the VaultError of the first that is not to be had."""
        wanted = sorted(set(names))
        found: dict[str, str] = {}

        def one(answer: Any) -> None:
            if isinstance(answer, DoorkeepError):
                then(answer)
                return
            name = wanted[len(found)]
            if not answer.found:
                then(_unknown(name))
                return
            found[name] = answer.value
            if len(found) == len(wanted):
                self._note(dict.fromkeys(wanted, "used_at"))
                then(found)
            else:
                self._do("get", wanted[len(found)], "", one)

        if wanted:
            self._do("get", wanted[0], "", one)
        else:
            then(found)

    def keep(self, name: str, value: str, then: Then) -> None:
        """Set a secret, new or not; `then` gets whether the name is new."""
        if not NAME.fullmatch(name):
            then(_no_name(name))
            return
        if not value:
            then(
                VaultError(f"The secret {name} has no value.", "Nothing was kept.", "Give the value on standard input.")
            )
            return

        def kept(answer: Any) -> None:
            if not isinstance(answer, DoorkeepError):
                answer = name not in names_of(self._home)
                self._note({name: "set_at"})
            then(answer)

        self._do("set", name, value, kept)

    def remove(self, name: str, then: Then) -> None:
        """Remove a secret; `then` gets whether there was one."""
        if not NAME.fullmatch(name):
            then(_no_name(name))
            return

        def removed(answer: Any) -> None:
            if not isinstance(answer, DoorkeepError):
                known = names_of(self._home)
                answer = bool(known.pop(name, None)) or answer.found
                self._write(known)
            then(answer)

        self._do("remove", name, "", removed)

    def close(self) -> None:
        """No more deeds; the process ends."""
        self._fail("Doorkeep is stopping.")
        if self._child is not None:
            self._child.stop("Doorkeep was stopped.")

    # -- the keychain's process ------------------------------------------------------------------------------------

    def _do(self, do: Do, name: str, value: str, then: Then) -> None:
        if len(self._waiting) >= MOST_WAITING:
            then(VaultError("Too many secrets are being asked for at once.", "", "Try again in a moment."))
            return
        self._number += 1
        self._waiting.append(_Deed(Request(self._number, do, name, value), then))
        if len(self._waiting) == 1:
            self._next()

    def _next(self) -> None:
        self._rest()
        if not self._waiting:
            self._idle = self._loop.later(IDLE_SECONDS, self._end_idle)
            return
        child = self._child
        if child is None or child.gone or child.stopping:
            child = self._child = Child(self._loop, "vault", BoundedFile(os.path.join(self._home, "logs", "vault.log")))
            child.on_message(self._answered)
            child.on_exit(lambda words, of=child: self._ended(of, words))
            self._start(child, *program(self._home))
        child.send(msgspec.json.encode(self._waiting[0].request) + b"\n")
        self._wait(PATIENCE_SECONDS)

    def _answered(self, line: bytes) -> None:
        try:
            answer = msgspec.json.decode(line, type=Answer)
        except msgspec.DecodeError:
            return  # a backend that prints is none of ours; the deadline stands
        if not self._waiting or answer.id != self._waiting[0].request.id:
            return
        if answer.asking:
            self._wait(ASKED_SECONDS)
            return
        deed = self._waiting.popleft()
        self._next()
        deed.then(VaultError(*answer.error) if answer.error else answer)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.later(seconds, lambda: self._late(seconds))

    def _late(self, seconds: float) -> None:
        if self._child is not None:
            child, self._child = self._child, None
            child.stop("The keychain did not answer.")
            child.kill(force=True)
        self._fail(f"The keychain did not answer within {seconds:.0f} s.")

    def _ended(self, child: Child, words: str) -> None:
        if child is self._child:
            self._child = None
            if self._waiting:
                self._fail(f"The keychain's process ended: {words}")

    def _fail(self, words: str) -> None:
        """Whoever waits is told; the secrets themselves are as they were, but for the one deed under way."""
        self._rest()
        waiting, self._waiting = self._waiting, deque()
        error = VaultError(
            words, "It may be locked, or wait for its password behind another window.", "Unlock it and try again."
        )
        for deed in waiting:
            deed.then(error)

    def _end_idle(self) -> None:
        if self._child is not None and not self._waiting:
            self._child.stop("No secret was asked for.")
            self._child = None

    def _rest(self) -> None:
        for timer in (self._timer, self._idle):
            if timer is not None:
                timer.cancel()
        self._timer = self._idle = None

    # -- what may lie on disk --------------------------------------------------------------------------------------

    def _note(self, moments: dict[str, str]) -> None:
        known = names_of(self._home)
        now = int(time.time())
        for name, which in moments.items():
            setattr(known.setdefault(name, Noted()), which, now)
        self._write(known)

    def _write(self, known: dict[str, Noted]) -> None:
        """A full disk must not keep a value from a server, nor a deed that was done from being told as done."""
        with contextlib.suppress(OSError):
            write_names(self._home, known)


def program(home: str) -> tuple[list[str], dict[str, str]]:
    """The command line and environment of the keychain's process."""
    service = "Doorkeep"
    if os.path.realpath(home) != os.path.realpath(default_home()):
        service = f"Doorkeep {home_digest(os.path.realpath(home))}"
    env = {name: value for name, value in os.environ.items() if not name.startswith("DOORKEEP_")}
    argv = inside.command("app.core.vault.child", service)
    return argv, {**env, "PYTHONPATH": ROOT, "PYTHONNOUSERSITE": "1"}


def _unknown(name: str) -> VaultError:
    return NoSecretError(
        f"There is no secret named {name} in the keychain.",
        "A server that needs it cannot be started.",
        f"Set it: doorkeep secrets set {name}",
    )


def _no_name(name: str) -> VaultError:
    return VaultError(
        f"{name[:60]!r} cannot be a secret's name.", "", "Use a to z, 0 to 9, dot, dash and underscore; at most 60."
    )
