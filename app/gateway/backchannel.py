"""What a server of others asks of the client, and the answers, within an era and across the two.

A legacy server asks by requests of its own; towards a modern client such a question becomes the result of one of the client's
open requests (`input_required`), and the client's next try brings the answer. A modern server asks by such a result; towards a
legacy client that becomes requests, and their answers go with the next try (schema 2026-07-28, `InputRequiredResult`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from app.gateway.limits import Timer
from app.gateway.translation import CARRIERS, QUESTIONS, asks_for_input, read_input_required
from servers.runtime import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.gateway.owing import Owed
    from app.gateway.translation import InputRequest
    from app.gateway.upstream import Upstream

MOST_QUESTIONS = 256
"""Of one server that may wait for their answers."""
MOST_ROUNDS = 20
"""Times that one request may be answered with a question."""
PARK_SECONDS = 600.0
"""How long a question that the client was given waits for the client's next try."""
PRIVATE = "doorkeep/"
"""How the methods begin that are for servers of Doorkeep's own; whoever else uses one is not heard."""
STATE = "doorkeep."
"""How a state of ours begins that a client hands back."""
CANCELLED = msgspec.Raw(b'{"action":"cancel"}')


class Parked(msgspec.Struct):
    """A request that its client was answered with a question; the server is still at work on it."""

    state: str
    id: wire.RequestId
    owed: Owed
    questions: dict[str, wire.RequestId]
    """The server's own ids by the keys that the client knows."""
    timer: Timer | None = None


class _Round(msgspec.Struct):
    """Questions of a modern server that a legacy client is being asked."""

    id: wire.RequestId
    owed: Owed
    done: Callable[[dict[str, msgspec.Raw]], None]
    """Gets the answers, all at once."""
    missing: set[str]
    answers: dict[str, msgspec.Raw] = {}


class Backchannel:
    """Of one session's upstream."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._passed: dict[wire.RequestId, None] = {}
        """Requests of a legacy server that a legacy client was given as they were."""
        self._parked: dict[str, Parked] = {}
        self._later: list[tuple[wire.RequestId, str, msgspec.Raw]] = []
        """Questions that wait for a request to carry them."""
        self._asked: dict[str, tuple[_Round, str, str]] = {}
        """What a legacy client was asked for a modern server, by our id: the round, the key and the method."""

    # -- the server asks

    def asked(self, id_: wire.RequestId, method: str, message: wire.Message, line: bytes) -> None:
        """A request of the server's."""
        upstream = self._upstream
        if method.startswith(PRIVATE):
            self._refuse(id_, wire.METHOD_NOT_FOUND, f"Unknown method: {method[:100]}")
        elif upstream.modern:
            self._refuse(id_, wire.METHOD_NOT_FOUND, "Servers of 2026-07-28 make no requests")
        elif upstream.core.paused:
            self._refuse(id_, wire.INTERNAL_ERROR, "Doorkeep is paused")
        elif len(self._passed) + len(self._later) >= MOST_QUESTIONS:
            self._refuse(id_, wire.INTERNAL_ERROR, f"More than {MOST_QUESTIONS} requests wait for the client")
        elif upstream.session.legacy:
            self._passed[id_] = None
            upstream.session.send(line + b"\n")
        elif method == "ping":
            upstream.answer_server(wire.result_line(id_, b"{}"))
        elif method not in QUESTIONS:
            self._refuse(id_, wire.METHOD_NOT_FOUND, f"A client of 2026-07-28 cannot be asked {method[:100]}")
        elif not upstream.client_can(QUESTIONS[method]):
            self._refuse(id_, wire.METHOD_NOT_FOUND, f"The client does not offer {QUESTIONS[method]}")
        else:
            self._later.append((id_, method, message.params or msgspec.Raw(b"{}")))
            self._carry()

    def _carry(self) -> None:
        """Let a client's open request end with the questions that wait; if one is answered already, wait for its next try."""
        if not self._later or self._parked:
            return
        upstream = self._upstream
        carriers = [entry for entry in upstream.owed.items() if entry[1].modern and entry[1].method in CARRIERS]
        waiting, self._later = self._later, []
        if not carriers:
            for id_, _method, _params in waiting:
                self._refuse(id_, wire.INTERNAL_ERROR, "The client has no request open that the question could go with")
            return
        id_, owed = carriers[-1]
        parked = Parked(f"{STATE}{os.urandom(16).hex()}", id_, owed, {})
        shown: dict[str, Any] = {}
        for number, (server_id, method, params) in enumerate(waiting, 1):
            parked.questions[f"question-{number}"] = server_id
            shown[f"question-{number}"] = {"method": method, "params": params}
        self._parked[parked.state] = parked
        parked.timer = upstream.core.loop.later(PARK_SECONDS, lambda: self._expired(parked))
        result = {"resultType": "input_required", "inputRequests": shown, "requestState": parked.state}
        owed.awaiting.interrupted(wire.encode(result))

    def resume(self, state: str, method: str) -> Parked | None:
        """The request that a client's next try goes on with, or None: the state is none of ours, or too old."""
        parked = self._parked.get(state)
        if parked is None or parked.owed.method != method:
            return None
        del self._parked[state]
        if parked.timer is not None:
            parked.timer.cancel()
        return parked

    def give(self, parked: Parked, responses: dict[str, Any]) -> None:
        """The client's answers, to the server; what came meanwhile is asked next."""
        for key, server_id in parked.questions.items():
            if key in responses:
                self._upstream.answer_server(wire.result_line(server_id, wire.encode(responses[key])))
            else:
                self._refuse(server_id, wire.INVALID_PARAMS, "The client gave no answer")
        self._carry()

    def _expired(self, parked: Parked) -> None:
        self._parked.pop(parked.state, None)
        for server_id in parked.questions.values():
            self._refuse(server_id, wire.INTERNAL_ERROR, "The client did not answer in time")
        parked.owed.awaiting.gone("The client did not come back with an answer to the server's question.")
        self._upstream.cancel(parked.id)

    # -- the client answers

    def client_answered(self, message: wire.Message, line: bytes) -> None:
        """An answer of a legacy client's."""
        id_ = message.id
        if isinstance(id_, str) and id_ in self._asked:
            current, key, method = self._asked.pop(id_)
            self._answered(current, key, method, message)
        elif isinstance(id_, (int, str, float)) and id_ in self._passed:
            del self._passed[id_]
            self._upstream.answer_server(line + b"\n")

    # -- a modern server's question to a legacy client

    def relay(self, id_: wire.RequestId, owed: Owed, message: wire.Message) -> bool:
        """Ask a legacy client what a modern server wants to know. False where the result is no question."""
        try:
            if not asks_for_input(bytes(message.result)):
                return False
            wanted = read_input_required(message.result)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        state = wanted.request_state
        self.ask_client(id_, owed, wanted.input_requests, lambda answers: self._again(id_, owed, state, answers))
        return True

    def ask_client(
        self,
        id_: wire.RequestId,
        owed: Owed,
        questions: dict[str, InputRequest],
        done: Callable[[dict[str, msgspec.Raw]], None],
    ) -> None:
        """Ask a legacy client what a modern server wants to know for a request of the client's; where that cannot be, or the
        client will not answer, the request ends in words."""
        owed.rounds += 1
        unable = [one.method for one in questions.values() if not self._can_ask(one.method)]
        if unable or owed.rounds > MOST_ROUNDS or len(self._asked) >= MOST_QUESTIONS:
            why = (
                f"it wants to ask the client {unable[0]}, which it does not offer" if unable else "it asks without end"
            )
            self._fail(id_, owed, f"The server cannot go on: {why}.")
            return
        current = _Round(id_, owed, done, set(questions))
        for key, one in questions.items():
            number = self._upstream.next_id()
            self._asked[number] = (current, key, one.method)
            self._upstream.session.send(wire.request_line(number, one.method, bytes(one.params)))
        if not current.missing:
            current.done(current.answers)

    def _can_ask(self, method: str) -> bool:
        return method in QUESTIONS and self._upstream.client_can(QUESTIONS[method])

    def _answered(self, current: _Round, key: str, method: str, message: wire.Message) -> None:
        if self._upstream.owed.get(current.id) is not current.owed:
            return  # taken back meanwhile
        if message.result:
            current.answers[key] = message.result
        elif method == "elicitation/create":
            current.answers[key] = CANCELLED
        else:
            self._fail(current.id, current.owed, f"The client did not answer the server's {method}.")
            return
        current.missing.discard(key)
        if not current.missing:
            current.done(current.answers)

    def _again(
        self,
        id_: wire.RequestId,
        owed: Owed,
        state: str | msgspec.UnsetType,
        answers: dict[str, msgspec.Raw],
    ) -> None:
        params = {**owed.params, "inputResponses": {key: msgspec.Raw(bytes(one)) for key, one in answers.items()}}
        if state is not msgspec.UNSET:
            params["requestState"] = state
        else:
            params.pop("requestState", None)
        owed.params = params
        self._upstream.send_again(id_, owed)

    def _fail(self, id_: wire.RequestId, owed: Owed, words: str) -> None:
        self._upstream.forget(id_)
        owed.awaiting.gone(words)

    # -- endings

    def server_gone(self) -> None:
        """Whatever it asked is not wanted any more."""
        for parked in self._parked.values():
            if parked.timer is not None:
                parked.timer.cancel()
        self._parked.clear()
        self._later.clear()
        self._asked.clear()
        for id_ in self._passed:
            params = wire.encode({"requestId": id_, "reason": "The server ended"})
            self._upstream.session.send(wire.notification_line("notifications/cancelled", params))
        self._passed.clear()

    def close(self) -> None:
        """The client is gone."""
        self._passed.clear()
        self.server_gone()

    def _refuse(self, id_: wire.RequestId, code: int, words: str) -> None:
        self._upstream.answer_server(wire.error_line(id_, code, words))
