"""What became of a call, as one of four words: for charts and sums. No SQL here, so that a screen may know it cheaply."""

from __future__ import annotations

from typing import Literal

from app.core.journal.record import CallRecord

Kind = Literal["allowed", "asked", "denied", "error"]
KINDS: tuple[Kind, ...] = ("allowed", "asked", "denied", "error")


def kind_of(decision: str, by: str, outcome: str) -> Kind:
    """`asked` was allowed by the user or waits for them."""
    if outcome in ("error", "lost"):
        return "error"
    if decision == "denied" or outcome in ("denied", "expired"):
        return "denied"
    return "asked" if by == "user" or outcome == "waiting" else "allowed"


def kind_of_record(record: CallRecord) -> Kind:
    """The same of a record."""
    return kind_of(record.decision or "", record.by or "", record.outcome)
