"""Questions to the user, and what became of them. A yes is for exactly one call: the same client, server, tool, arguments and plan.

Nothing is allowed here: an answer is written to the log, and the call that asked is decided again.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from app.core.errors import DoorkeepError, JournalError
from app.gateway.rows import Row
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.calls import Call
    from app.gateway.core import Core

MOST_OPEN = 200
"""Questions that may be open at the same time."""
CLIENT_SECONDS = {"claude-ai": 240, "doorkeep": 660}
"""How long a client waits for an answer before it gives up, by the name it gives itself."""
DEFAULT_CLIENT_SECONDS = 60
SHARE = 0.75
"""Of a client's time is spent waiting for the user; then the call is answered and the question stays."""

Answer = Literal["allow", "deny"]
Scope = Literal["once", "session", "folder", "tool"]
SCOPES: tuple[Scope, ...] = ("once", "session", "folder", "tool")
Key = tuple[str, str, str, str]
"""Client name, server, tool, and the SHA-256 of the canonical arguments (sorted names, no `_meta`)."""


def patience(client: str) -> float:
    """Seconds that a call of this client may wait for the user."""
    return CLIENT_SECONDS.get(client, DEFAULT_CLIENT_SECONDS) * SHARE


class Facts(msgspec.Struct, frozen=True):
    """What the user is shown of a question."""

    client: str
    session: str
    server: str
    tool: str
    arguments: bytes
    """JSON, secrets redacted."""
    paths: list[str]
    folder: str | None
    reason: str
    preview: str
    undoable: bool
    asking: tuple[str, ...] = ()
    """The folders whose changes ask; empty where the tool's rule, or what cannot be undone, is why."""


class Approval:
    """One question. While `waiter` is None its row waits for the client to call again."""

    def __init__(self, id_: str, key: Key, guard: str, row: Row, facts: Facts, ends: float) -> None:
        self.id = id_
        self.key = key
        self.guard = guard
        self.row = row
        self.facts = facts
        self.ends = ends
        self.at = time.time()
        self.allowed = False
        self.waiter: Call | None = None
        self.stop_timer: Callable[[], None] = _nothing


def _nothing() -> None:
    return


class Approvals:
    """All open questions, and every yes and no that is not used up."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._open: dict[str, Approval] = {}
        self._parked: dict[Key, list[Approval]] = {}
        self._denied: dict[Key, float] = {}
        self._session_yes: set[tuple[str, str, str, str]] = set()
        self._secret = os.urandom(32)

    def __len__(self) -> int:
        return sum(not approval.allowed for approval in self._open.values())

    @property
    def full(self) -> bool:
        """No further question may be asked."""
        return len(self._open) >= MOST_OPEN

    @property
    def all_open(self) -> list[Approval]:
        """Every question without an answer, and every yes that is not used up."""
        return list(self._open.values())

    @property
    def quiet(self) -> bool:
        """Nothing of an earlier call is kept, so no call need look for it."""
        return not self._parked and not self._denied

    # -- asked by calls -----------------------------------------------------------------------------------------

    def ask(self, call: Call, key: Key, guard: str, row: Row, facts: Facts) -> Approval:
        """Put a question. Raises JournalError; then nothing was asked."""
        id_ = os.urandom(3).hex()
        while id_ in self._open:
            id_ = os.urandom(3).hex()
        row.asked(id_, facts.paths, facts.preview)
        seconds = self._lifetime()
        approval = Approval(id_, key, guard, row, facts, monotonic() + seconds)
        approval.waiter = call
        self._open[id_] = approval
        self._expire_in(approval, seconds)
        return approval

    def park(self, approval: Approval) -> None:
        """The call was answered; the question, or the yes, waits for the same call to come again."""
        approval.waiter = None
        self._parked.setdefault(approval.key, []).append(approval)

    def resume(self, key: Key) -> Approval | None:
        """Take over the question, or the yes, that an earlier call of the same key left."""
        parked = self._parked.get(key)
        if not parked:
            return None
        approval = next((approval for approval in parked if approval.allowed), parked[0])
        self.unpark(approval)
        return approval

    def unpark(self, approval: Approval) -> None:
        """A call has come for this one."""
        parked = self._parked.get(approval.key)
        if parked and approval in parked:
            parked.remove(approval)
            if not parked:
                del self._parked[approval.key]

    def withdraw(self, approval: Approval) -> None:
        """The question is void, or its yes is used."""
        approval.stop_timer()
        approval.waiter = None
        self._open.pop(approval.id, None)
        self.unpark(approval)

    def take_denial(self, key: Key) -> bool:
        """Whether the user said no to this very call after it had been answered; told once."""
        ends = self._denied.pop(key, 0.0)
        return ends > monotonic()

    def session_allows(self, session: str, server: str, tool: str, asking: tuple[str, ...]) -> bool:
        """Whether the user said yes to this tool for the whole session, in each of the folders that ask."""
        if not self._session_yes:
            return False
        return all((session, server, tool, folder) in self._session_yes for folder in asking or ("",))

    def session_closed(self, session: str) -> None:
        """What was allowed for a session ends with it."""
        self._session_yes = {entry for entry in self._session_yes if entry[0] != session}

    # -- asked by the user's programs ---------------------------------------------------------------------------

    def listed(self) -> list[dict[str, Any]]:
        """Open questions as `doorkeep approvals list` shows them, oldest first."""
        now = monotonic()
        return [
            {
                "id": approval.id,
                "call": approval.row.id,
                "at": _rfc3339(approval.at),
                **msgspec.structs.asdict(approval.facts),
                "arguments": msgspec.Raw(approval.facts.arguments),
                "waiting": approval.waiter is not None,
                "expires_in_s": max(0, round(approval.ends - now)),
            }
            for approval in self._open.values()
            if not approval.allowed
        ]

    def answer(self, approval_id: str, answer: str, scope: str = "once") -> dict[str, Any]:
        """The user's answer. Raises DoorkeepError where there is no such question, or the answer could not be kept."""
        approval = self._open.get(approval_id)
        if approval is None or (approval.allowed and answer == "allow"):
            raise DoorkeepError(
                f"No question {approval_id} is open.",
                "It was answered, it expired, or the call was taken back.",
                "`doorkeep approvals list` shows what waits.",
            )
        if answer not in ("allow", "deny") or scope not in SCOPES:
            raise DoorkeepError(
                f"{answer} {scope} is no answer.",
                "",
                "Answer allow or deny; with allow once, session, folder or tool.",
            )
        if answer == "deny":
            self._deny(approval)
        else:
            self._allow(approval, scope)
        return {"id": approval_id, "answer": answer, "scope": scope, "call": approval.row.id}

    def _allow(self, approval: Approval, scope: Scope) -> None:
        facts = approval.facts
        if scope == "folder":
            self._always_folder(facts)
        elif scope == "tool":
            self._always_tool(facts)
        approval.row.answered(approval.id, "allow", "user")
        if scope == "session":
            for folder in facts.asking or ("",):
                self._session_yes.add((facts.session, facts.server, facts.tool, folder))
        approval.allowed = True
        seconds = self._lifetime()
        approval.ends = monotonic() + seconds
        self._expire_in(approval, seconds)
        waiter, approval.waiter = approval.waiter, None
        if waiter is not None:
            waiter.answered_yes()

    def _deny(self, approval: Approval) -> None:
        approval.row.answered(approval.id, "deny", "user")
        waiter = approval.waiter
        self.withdraw(approval)
        if waiter is not None:
            waiter.answered_no()
        else:
            approval.row.closed("denied")
            self._remember_denial(approval.key)

    def _remember_denial(self, key: Key) -> None:
        now = monotonic()
        self._denied = {key: ends for key, ends in self._denied.items() if ends > now}
        if len(self._denied) < MOST_OPEN:
            self._denied[key] = now + self._lifetime()

    def _always_folder(self, facts: Facts) -> None:
        if not facts.asking:
            raise DoorkeepError("No folder is why this is asked.", "", "Answer once, session or tool.")
        from app.core.folders import grant

        for folder in facts.asking:
            grant(self._core.home, folder, "write")
        self._core.settings_now()

    def _always_tool(self, facts: Facts) -> None:
        from app.core.settings import edit

        def allow(document: Any) -> None:
            servers = document.setdefault("servers", {})
            tools = servers.setdefault(facts.server, {}).setdefault("tools", {})
            tools[facts.tool] = "allow"

        edit(self._core.home, allow)
        self._core.settings_now()

    # -- time ---------------------------------------------------------------------------------------------------

    def _lifetime(self) -> float:
        return self._core.file.settings.limits.ask_minutes * 60.0

    def _expire_in(self, approval: Approval, seconds: float) -> None:
        approval.stop_timer()
        approval.stop_timer = self._core.loop.later(seconds, lambda: self._expire(approval)).cancel

    def _expire(self, approval: Approval) -> None:
        waiter = approval.waiter
        self.withdraw(approval)
        if not approval.allowed:
            with contextlib.suppress(JournalError):  # it allows nothing, whether recorded or not
                approval.row.answered(approval.id, "expired", "timeout")
        if waiter is not None:
            waiter.question_expired()
        else:
            approval.row.closed("expired")

    # -- the state that a client carries ------------------------------------------------------------------------

    def state_of(self, approval: Approval) -> str:
        """What a client hands back with the user's answer: the question's id, sealed."""
        return f"{approval.id}.{self._seal(approval.id, approval.key)}"

    def opened_state(self, state: str, key: Key) -> Approval | None:
        """The open question that a client's `requestState` belongs to, or None: not ours, another call's, or over."""
        import hmac

        id_, _, seal = state.partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(id_, key).encode()):
            return None
        approval = self._open.get(id_)
        return approval if approval is not None and approval.key == key else None

    def _seal(self, id_: str, key: Key) -> str:
        import hmac

        return hmac.digest(self._secret, wire.encode((id_, *key)), "sha256").hex()


def _rfc3339(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds * 1000) % 1000:03d}Z"
