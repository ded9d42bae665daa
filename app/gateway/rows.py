"""One call's row in the log, from opened to closed exactly once.

Whatever allows a call is written here before the call goes on; only closing may fail without stopping an answer.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Literal

from app.core.errors import JournalError
from app.gateway.decision import Decision

if TYPE_CHECKING:
    from app.core.journal.record import By, Outcome
    from app.gateway.core import Core


class Row:
    """Every method but `closed` raises JournalError where the log cannot take the event."""

    __slots__ = ("_closed", "_core", "_started", "id")

    def __init__(self, core: Core, client: str, session: str, server: str, tool: str, arguments: bytes) -> None:
        self._core = core
        self._started = monotonic()
        self._closed = False
        self.id = core.journal.opened(client=client, session=session, server=server, tool=tool, arguments=arguments)
        core.touched(self.id)

    def decided(self, decision: Decision) -> None:
        """Allowed or denied, by whom and why."""
        verdict = "denied" if decision.verdict == "deny" else "allowed"
        self._core.journal.decided(
            self.id,
            decision=verdict,
            by=decision.by,
            reason=decision.reason,
            folder=decision.folder,
            paths=decision.paths,
        )
        self._core.touched(self.id)

    def asked(self, approval_id: str, paths: list[str], preview: str) -> None:
        """The user is being asked."""
        self._core.journal.asked(self.id, approval_id=approval_id, paths=paths, preview=preview)
        self._core.touched(self.id)

    def answered(self, approval_id: str, answer: Literal["allow", "deny", "expired"], by: By) -> None:
        """The question has its answer."""
        self._core.journal.answered(self.id, approval_id=approval_id, answer=answer, by=by)
        self._core.touched(self.id)

    def closed(
        self,
        outcome: Outcome,
        *,
        preview: str = "",
        size: int = 0,
        change_id: str | None = None,
        paths: list[str] | None = None,
    ) -> None:
        """The end. A second end is dropped; a log that fails now makes the row `lost` at the next start, not the answer."""
        if self._closed:
            return
        self._closed = True
        try:
            self._core.journal.closed(
                self.id,
                outcome=outcome,
                duration_ms=round((monotonic() - self._started) * 1000, 3),
                result_preview=preview,
                result_bytes=size,
                change_id=change_id,
                paths=paths,
            )
        except JournalError as error:
            self._core.journal_error = error
        self._core.touched(self.id)
