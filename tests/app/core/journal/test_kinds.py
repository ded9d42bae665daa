"""What became of a call, in one of four words."""

from __future__ import annotations

import pytest

from app.core.journal.kinds import KINDS, Kind, kind_of, kind_of_record
from app.core.journal.record import CallRecord


@pytest.mark.parametrize(
    ("decision", "by", "outcome", "kind"),
    [
        ("allowed", "policy", "ok", "allowed"),
        ("allowed", "rule", "running", "allowed"),
        ("allowed", "user", "ok", "asked"),
        ("", "", "waiting", "asked"),
        ("denied", "policy", "denied", "denied"),
        ("denied", "timeout", "expired", "denied"),
        ("allowed", "policy", "error", "error"),
        ("allowed", "user", "lost", "error"),
        ("allowed", "policy", "cancelled", "allowed"),
    ],
)
def test_each_call_is_one_of_four(decision: str, by: str, outcome: str, kind: Kind) -> None:
    assert kind_of(decision, by, outcome) == kind
    assert kind in KINDS
    record = CallRecord(1, "", decision=decision or None, by=by or None, outcome=outcome)
    assert kind_of_record(record) == kind
