"""A call's way: row opened, limits, decision, plan, question, server, result, row closed.

Nothing goes to a server that was not decided and recorded, and a client gets exactly one answer.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import DoorkeepError, JournalError
from app.core.redaction import clean_head, kept_arguments
from app.gateway import answers, asking, eras, errands, words
from app.gateway.decision import Decision, decide, refusal_words
from app.gateway.errands import Errand, read_facts
from app.gateway.paths import BadPathError
from app.gateway.questions import Request, question_of
from app.gateway.rows import Row
from servers.runtime import wire

if TYPE_CHECKING:
    from app.core.journal.record import Outcome
    from app.gateway.approvals import Approval, Key
    from app.gateway.policy import ServerView
    from app.gateway.session import Session

PLAN_SECONDS = 2.0
MOST_ROUNDS = 4
"""Times that a call is planned, or sent again with a newer policy, before it fails."""

_read_plan = msgspec.json.Decoder(wire.Plan).decode
_read_error = msgspec.json.Decoder(wire.ErrorObject).decode
_encode = wire.encode
_canonical = msgspec.json.Encoder(order="sorted").encode


class Call:
    """One `tools/call`, or one `resources/read`, from the client's line to its answer."""

    __slots__ = (
        "_arguments",
        "_errand",
        "_key",
        "_over",
        "_rounds",
        "_row",
        "_started",
        "_told",
        "_view",
        "answered_the_door",
        "approval",
        "core",
        "decision",
        "plan",
        "request",
        "session",
        "timers",
    )

    def __init__(self, session: Session, request: Request) -> None:
        self.session = session
        self.core = session.core
        self.request = request
        self.plan: wire.Plan | None = None
        self.decision: Decision | None = None
        self.approval: Approval | None = None
        self.timers: list[Callable[[], None]] = []
        self.answered_the_door = False
        """What the client brought back was the user's answer to a question of the door's, and none of the server's."""
        self._arguments = _encode(request.arguments)
        self._errand: Errand | None = None
        self._key: Key | None = None
        self._over = False
        self._rounds = 0
        self._row: Row | None = None
        self._started = monotonic()
        self._told = 0.0
        self._view: ServerView = self.core.view(session.server)

    # -- the way in ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the row, or take over that of the question this call comes back for; then decide."""
        try:
            if not self.core.approvals.quiet:
                self.approval = asking.left_by_an_earlier_call(self)
            if self.approval is not None:
                self._row = self.approval.row
                self.answered_the_door = bool(self.request.state)
            else:
                self._row = self._open_row()
            refusal = self._over_limits()
            if refusal is not None:
                self.deny(refusal)
            elif not (self.request.state and asking.settled_by_the_client(self)):
                self._judge()
        except JournalError as error:
            self.unrecorded(error)

    def _open_row(self) -> Row:
        request = self.request
        kept = kept_arguments(request.arguments, self._arguments)
        return Row(self.core, str(request.client), self.session.id, self.session.server, request.tool.name, kept)

    @property
    def row(self) -> Row:
        """The call's row; there is one from `start` on, unless the log failed."""
        if self._row is None:
            raise RuntimeError("a call without a row cannot go on")
        return self._row

    @property
    def key(self) -> Key:
        """What a yes is bound to, beside the plan's guard."""
        if self._key is None:
            request = self.request
            digest = sha256(_canonical(request.arguments)).hexdigest()
            self._key = (request.client.name, self.session.server, request.tool.name, digest)
        return self._key

    @property
    def guard(self) -> str:
        """The state of the world that the plan was made from; empty without a plan."""
        return self.plan.guard if self.plan else ""

    @property
    def elapsed(self) -> float:
        """Seconds since the client asked."""
        return monotonic() - self._started

    def _over_limits(self) -> Decision | None:
        limits = self._view.limits
        wait = self.session.rate.take(limits.calls_per_minute, self._started)
        if wait:
            reason = f"more than {limits.calls_per_minute} calls in a minute; the next may come in {wait:.1f} s"
            return Decision("deny", "limit", reason)
        if self.session.in_flight > limits.in_flight:
            return Decision("deny", "limit", f"more than {limits.in_flight} calls at the same time")
        return None

    # -- deciding -----------------------------------------------------------------------------------------------

    def _decide(self) -> None:
        """Judge by the settings of this moment, and go on accordingly. Raises JournalError."""
        self._view = self.core.view(self.session.server)
        self._judge()

    def _judge(self) -> None:
        try:
            question = question_of(self.request, self._view, self.core.paused, self.plan)
        except BadPathError as error:
            self.deny(Decision("deny", "policy", str(error)))
            return
        decision = decide(question)
        if decision.verdict == "ask" and asking.has_yes(self, decision):
            question.yes = True
            decision = decide(question)
        self.decision = decision
        if decision.verdict == "allow":
            self._allow(decision)
        elif decision.verdict == "plan":
            self._ask_for_plan()
        elif decision.verdict == "deny":
            self.deny(decision)
        else:
            asking.ask(self, decision)

    def _allow(self, decision: Decision) -> None:
        self.row.decided(decision)
        if self.approval is not None:
            self.core.approvals.withdraw(self.approval)  # its yes is used up; only this very call still has it
        if self._send("call", self.guard) and not self._over:
            self.core.deadlines.add(self, self._view.limits.call_seconds)

    def deny(self, decision: Decision) -> None:
        """Refuse, in words the model can act on. Raises JournalError."""
        self.decision = decision
        self.row.decided(decision)
        self.row.closed("denied")
        self._reply(refusal_words(decision, self.request.tool.name, self._view.open_folders))

    # -- to the server and back ---------------------------------------------------------------------------------

    def _ask_for_plan(self) -> None:
        if self._another_round() and self._send("plan"):
            self.timers.append(self.core.loop.later(PLAN_SECONDS, self._plan_late).cancel)

    def _another_round(self) -> bool:
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            self.failed(words.KEEPS_MOVING)
        return self._rounds <= MOST_ROUNDS

    def _send(self, kind: errands.Kind, guard: str = "") -> bool:
        try:
            link = self.session.link(self._view)
            order = _encode(wire.CallOrder(self._view.policy.generation, guard, self.session.id))
            self._errand = errand = Errand(self, link, kind)
            errand.send(order, self._arguments)
        except DoorkeepError as error:
            self._errand = None
            self.failed(f"{error} Nothing was done.")
            return False
        return True

    def take_over(self, other: Call) -> None:
        """This is the client's next try of a call that its server, one of others, had a question about."""
        self._row, self.decision, self._errand = other._row, other.decision, other._errand
        if self._errand is not None:
            self._errand.pass_to(self)
        self.core.deadlines.add(self, self._view.limits.call_seconds)

    def came_back(self, kind: errands.Kind, message: wire.Message) -> None:
        """The server's answer to what was sent last."""
        self._errand = None
        self._stop_timers()
        self.core.deadlines.drop(self)
        try:
            if message.error:
                self._came_to_nothing(kind, _read_error(message.error), message)
            elif self.request.tool.facts is None:
                self._done(self.session.result(message, self.request), wire.CallFacts())
            elif kind == "plan":
                self.plan = _read_plan(message.result)
                self._decide()
            else:
                self._done(bytes(message.result), read_facts(message))
        except JournalError as error:
            self.unrecorded(error)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.failed(words.NO_PLAN if kind == "plan" else words.NO_RESULT)

    def _came_to_nothing(self, kind: errands.Kind, error: wire.ErrorObject, message: wire.Message) -> None:
        ours = self.request.tool.facts is not None
        if ours and error.code == wire.STALE_POLICY:
            if self._another_round():
                self.core.repeat_policy(self._view)
                self._decide()
        elif ours and error.code == wire.WORLD_MOVED:
            self.plan = None
            self._decide()
        elif ours and error.code == wire.ASK_FIRST:
            self._ask_for_plan()
        else:
            refused = ours and self._refused(read_facts(message))
            self.closed("denied" if refused else "error", preview=clean_head(error.message, 2000))
            line = wire.error_line(self.request.id, error.code, error.message, bytes(error.data))
            self._end(line) if kind == "call" else self._reply(error.message)

    def _done(self, result: bytes, facts: wire.CallFacts) -> None:
        limits = self._view.limits
        if self.request.tool.facts is None:
            result = answers.cut_text(result, limits.third_party_result_chars)
        found = answers.summary(result)
        large = answers.too_large(result, limits.result_bytes)
        refused = found.is_error and self._refused(facts)
        self.closed(
            "denied" if refused else "error" if found.is_error or large else "ok",
            preview=large or found.preview,
            size=len(result),
            change_id=facts.change_id or None,
            paths=None if refused else facts.paths or None,
        )
        if large:
            done = f" The change was made (change_id {facts.change_id})." if facts.change_id else ""
            self._reply(large + done)
        elif self.session.foreign is not None:
            if self.decision is not None and self.decision.by == "user":
                self.session.foreign.asked_by(result, self.key)
            self._end(wire.result_line(self.request.id, result))
        else:
            self._end(wire.result_line(self.request.id, eras.fitted(result, self.request.modern, self.request.method)))

    def _refused(self, facts: wire.CallFacts) -> bool:
        """Record that our server forbade it by the rules, which the arguments alone did not show; False where it did not."""
        refusal = errands.refusal(facts)
        if refusal is not None:
            self.decision = refusal
            self.row.decided(refusal)
        return refusal is not None

    @property
    def was_told(self) -> bool:
        """The client got progress of the door's own."""
        return bool(self._told)

    def tell(self, progress: float, total: float | None, text: str) -> None:
        """One progress notification to the client, where it asked for any; the protocol wants progress to grow."""
        token = self.request.meta.token
        if token is not msgspec.UNSET and (progress > self._told or not self._told):
            self._told = progress
            self.session.send(eras.progress_line(token, progress, total, text))

    # -- endings ------------------------------------------------------------------------------------------------

    def answered_yes(self) -> None:
        """The user said yes while this call waited: decide again, since the settings may have changed."""
        self._stop_timers()
        self._guarded(self._decide)

    def answered_no(self) -> None:
        """The user said no while this call waited."""
        found = self.decision
        folder, paths = (found.folder, found.paths) if found else (None, [])
        self._guarded(lambda: self.deny(Decision("deny", "user", "the user said no", folder, paths)))

    def question_expired(self) -> None:
        """Nobody answered for as long as a question lives."""
        self.closed("expired", preview=words.EXPIRED)
        self._reply(words.EXPIRED)

    def released(self, line: bytes) -> None:
        """Answer the client while the question stays; the row waits for the same call to come again."""
        self.approval = None
        self._end(line)

    def cancel(self) -> None:
        """The client takes the call back, or is gone."""
        if self._errand is not None:
            self._errand.linger("cancelled")
        else:
            self.closed("cancelled")
        self._drop_question()
        self._end(b"")

    def late(self) -> None:
        """The call took longer than it may."""
        if self._errand is not None:
            self._errand.linger("error")
        self._reply(words.late(self._view.limits.call_seconds))

    def server_gone(self, text: str) -> None:
        """The server ended before it answered."""
        self._errand = None
        self.failed(text)

    def unrecorded(self, error: JournalError) -> None:
        """The log cannot take what must be recorded: the call is refused, and nothing goes to the server."""
        self.core.journal_error = error
        if self._errand is not None:
            self._errand.forget()
        self.failed(words.unrecorded(error))

    def _plan_late(self) -> None:
        if self._errand is not None:
            self._errand.stop()
        self.failed(words.PLAN_LATE)

    def failed(self, text: str) -> None:
        """It cannot be done, and these words say why."""
        self.closed("error", preview=clean_head(text, 2000))
        self._reply(text)

    def closed(
        self,
        outcome: Outcome,
        preview: str = "",
        size: int = 0,
        change_id: str | None = None,
        paths: list[str] | None = None,
    ) -> None:
        """Close the row, once."""
        if self._row is not None:
            self._row.closed(outcome, preview=preview, size=size, change_id=change_id, paths=paths)

    def _reply(self, text: str) -> None:
        self._drop_question()
        self._end(self.session.refusal(self.request, text))

    def _end(self, line: bytes) -> None:
        """The one answer, and the end of the call as far as the client goes; a call taken back gets none."""
        if self._over:
            return
        self._over = True
        self._stop_timers()
        self.core.deadlines.drop(self)
        self.session.forget(self.request.id)
        if line:
            self.session.send(line)

    def _drop_question(self) -> None:
        if self.approval is not None:
            self.core.approvals.withdraw(self.approval)
            self.approval = None

    def _guarded(self, fn: Callable[[], None]) -> None:
        try:
            fn()
        except JournalError as error:
            self.unrecorded(error)

    def _stop_timers(self) -> None:
        for stop in self.timers:
            stop()
        self.timers.clear()
