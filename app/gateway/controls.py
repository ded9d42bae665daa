"""The controls: what the tray and the command line may ask of the running gateway.

Every request gets exactly one answer; one that fails says why in words and changes nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, cast

import msgspec

from app.bridge.home import stopped_mark
from app.bridge.releases import is_older
from app.control import messages
from app.control.frames import Refusal
from app.core.errors import DoorkeepError
from app.gateway.channel import Channel
from app.gateway.core import Core
from app.gateway.followers import Followers
from app.gateway.log import GatewayLog
from app.gateway.probe import Probe
from app.gateway.returning import Returning
from app.gateway.reviewing import Reviewing
from app.gateway.signing import Signing
from app.gateway.supervisor import Supervisor
from app.gateway.vault import Vault
from app.version import VERSION
from servers.runtime import wire

PRUNE_SECONDS = 0.1
"""How long one `prune` call may keep everyone waiting; its answer says whether there is `more` to do."""
PRUNE_STEP = 500

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(messages.Request).decode


Later = Callable[[Callable[[Any], None]], None]
"""A call's answer that comes later: given where to deliver it (a fact, or a DoorkeepError)."""


class Controls:
    """One per gateway. `leave` begins the graceful end, `make_way` that for a newer release."""

    def __init__(
        self,
        core: Core,
        supervisor: Supervisor,
        followers: Followers,
        log: GatewayLog,
        vault: Vault,
        leave: Callable[[], None],
        make_way: Callable[[str], None],
    ) -> None:
        self.core = core
        self.supervisor = supervisor
        self.followers = followers
        self.log = log
        self.vault = vault
        self.leave = leave
        self.make_way = make_way
        self.reviewing = Reviewing(core, supervisor)
        self.signing = Signing(core, supervisor, followers)
        self.calls: dict[str, tuple[Any, Callable[[Any], Any]]] = {
            "status": (messages.NoArguments, self._status),
            "pause": (messages.NoArguments, self._pause),
            "resume": (messages.NoArguments, self._resume),
            "stop": (messages.Stopping, self._stop),
            "drain": (messages.Draining, self._drain),
            "settings": (messages.NoArguments, self._settings),
            "servers": (messages.NoArguments, self._servers),
            "restart_server": (messages.Named, self._restart),
            "test_server": (messages.Named, self._test),
            "approvals": (messages.NoArguments, self._approvals),
            "answer": (messages.Given, self._answer),
            "prune": (messages.Pruning, self._prune),
            "set_secret": (messages.Keeping, self._set_secret),
            "remove_secret": (messages.Named, self._remove_secret),
            **self.reviewing.calls,
            **self.signing.calls,
            **Returning(core.home, vault).calls,
        }

    def admit(self, channel: Channel, pid: int) -> ControlGuest:
        """A control connection."""
        return ControlGuest(self, channel, pid)

    def _status(self, _with: Any) -> dict[str, Any]:
        return {"state": "paused" if self.core.paused else "running", **self.core.status()}

    def _pause(self, _with: Any) -> dict[str, Any]:
        self.core.pause()
        return self._state("paused")

    def _resume(self, _with: Any) -> dict[str, Any]:
        self.core.resume()
        return self._state("running")

    def _state(self, state: str) -> dict[str, Any]:
        self.log.line(f"gateway: {state} by a control call")
        self.followers.publish(messages.Event("gateway", state=state))
        return {"state": state}

    def _stop(self, asked: messages.Stopping) -> dict[str, Any]:
        if asked.stay:
            mark_stopped(self.core.home)
        self.leave()
        return {"state": "stopping"}

    def _drain(self, asked: messages.Draining) -> dict[str, Any]:
        if not is_older(VERSION, asked.version):
            raise DoorkeepError(
                f"Release {asked.version[:60]} is no newer than this gateway's, {VERSION}.",
                "A gateway makes way only for a newer one.",
                "To change to an older release, run: doorkeep stop, then doorkeep gateway.",
            )
        self.make_way(asked.version)
        return {"state": "stopping"}

    def _settings(self, _with: Any) -> dict[str, Any]:
        self.core.settings_now()
        error = self.core.file.error
        return {
            "generation": self.core.generation,
            "error": None if error is None else Refusal(error.title, error.detail, error.fix),
        }

    def _servers(self, _with: Any) -> dict[str, Any]:
        return {"servers": self.signing.shown(self.supervisor.status())}

    def _restart(self, asked: messages.Named) -> dict[str, Any]:
        self.supervisor.restart(asked.name)
        return {"name": asked.name}

    def _test(self, asked: messages.Named) -> Later:
        if not self.core.pins.is_builtin(asked.name):
            return self.reviewing.test(asked.name)

        def start(deliver: Callable[[Any], None]) -> None:
            Probe(self.core, asked.name, deliver)

        return start

    def _approvals(self, _with: Any) -> dict[str, Any]:
        return {"approvals": self.core.approvals.listed()}

    def _answer(self, asked: messages.Given) -> dict[str, Any]:
        return self.core.answer(asked.id, asked.answer, asked.scope)

    def _set_secret(self, asked: messages.Keeping) -> Later:
        def start(deliver: Callable[[Any], None]) -> None:
            self.vault.keep(asked.name, asked.value, _told(deliver, asked.name, "new"))

        return start

    def _remove_secret(self, asked: messages.Named) -> Later:
        def start(deliver: Callable[[Any], None]) -> None:
            self.vault.remove(asked.name, _told(deliver, asked.name, "removed"))

        return start

    def _prune(self, asked: messages.Pruning) -> dict[str, Any]:
        days = asked.days if asked.days is not None else self.core.settings_now().limits.journal_days
        if days < 1:
            raise DoorkeepError("At least one day of the log is kept.", "", "Give a number of days from 1 on.")
        removed, end = 0, time.monotonic() + PRUNE_SECONDS
        while step := self.core.journal.prune(days, limit=PRUNE_STEP):
            removed += step
            if time.monotonic() > end:
                return {"days": days, "removed": removed, "more": True}
        return {"days": days, "removed": removed, "more": False}


class ControlGuest:
    """One control connection."""

    def __init__(self, controls: Controls, channel: Channel, pid: int) -> None:
        self.controls = controls
        self.channel = channel
        self.pid = pid

    def receive(self, line: bytes) -> None:
        """One request."""
        if len(line) > messages.MAX_REQUEST:
            self.too_long(None)
            return
        try:
            request = _decode(line)
        except msgspec.MsgspecError as error:
            self._send(messages.Answer(0, error=Refusal("This is no control request.", str(error), "")))
            return
        answer = self._answered(request)
        if answer is not None:
            self._send(answer)

    def too_long(self, _id: wire.RequestId | None) -> None:
        """A request beyond every bound; it was not read."""
        words = f"A control request has at most {messages.MAX_REQUEST} bytes."
        self._send(messages.Answer(0, error=Refusal(words)))

    def closed(self) -> None:
        """The other end is gone."""
        self.controls.followers.remove(self.channel)

    def _answered(self, request: messages.Request) -> messages.Answer | None:
        if request.call == "follow":
            self.controls.followers.add(self.channel)
            return messages.Answer(request.id, ok=messages.NOTHING)
        found = self.controls.calls.get(request.call)
        if found is None:
            words = f"The gateway knows no call {request.call[:60]!r}."
            return messages.Answer(request.id, error=Refusal(words, "", "Is it of another release? Restart Doorkeep."))
        kind, call = found
        try:
            answer = call(msgspec.json.decode(request.with_, type=kind))
            if callable(answer):
                cast("Later", answer)(lambda found: self._send(_delivered(request.id, found)))
                return None
            return _delivered(request.id, answer)
        except msgspec.MsgspecError as error:
            return messages.Answer(request.id, error=Refusal(f"{request.call}: {error}."))
        except DoorkeepError as error:
            return _delivered(request.id, error)
        except OSError as error:
            return messages.Answer(request.id, error=Refusal(f"{request.call} failed: {error.strerror}."))
        except Exception as error:  # a bug here must not leave the caller without an answer
            self.controls.log.failure(error)
            words = f"{request.call} failed in a way that it should not."
            return messages.Answer(request.id, error=Refusal(words, "", "The gateway's log says where."))

    def _send(self, answer: messages.Answer) -> None:
        self.channel.write(_encode(answer) + b"\n")


def _told(deliver: Callable[[Any], None], name: str, fact: str) -> Callable[[Any], None]:
    return lambda found: deliver(found if isinstance(found, DoorkeepError) else {"name": name, fact: found})


def _delivered(id_: int, found: Any) -> messages.Answer:
    if isinstance(found, DoorkeepError):
        return messages.Answer(id_, error=Refusal(found.title, found.detail, found.fix))
    return messages.Answer(id_, ok=msgspec.Raw(_encode(found)))


def mark_stopped(home: str) -> None:
    """Note that the user stopped Doorkeep: no client starts a gateway until the user does. Raises OSError."""
    os.close(os.open(stopped_mark(home), os.O_WRONLY | os.O_CREAT, 0o600))
