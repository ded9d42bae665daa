"""Bars of a chart, counted from the log."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.journal.reader import Reader
from app.core.journal.record import moment_of
from app.core.journal.writer import Journal
from tests.fakes.calls import open_call, whole_call


@pytest.mark.parametrize("carried", [False, True], ids=["not yet carried", "carried into the table"])
def test_calls_are_counted_once_whether_carried_or_not(home: str, journal: Journal, carried: bool) -> None:
    first = whole_call(journal)
    whole_call(journal, decision="denied")
    whole_call(journal, outcome="error")
    if carried:
        while journal.derive():
            pass
    with Reader(home) as reader:
        found = reader.show(first)
        assert found
        at = moment_of(found[0])
        pieces = reader.counts(at - 60_000, at + 60_000, 60_000)
    assert [sum(piece.values()) for piece in pieces] == [0, 3]
    assert pieces[1] == {"allowed": 1, "denied": 1, "error": 1}


def test_a_running_call_that_ends_is_still_one(home: str, journal: Journal) -> None:
    call = open_call(journal)
    journal.commit()
    while journal.derive():
        pass
    journal.closed(
        call, outcome="error", duration_ms=1.0, result_preview="", result_bytes=0, change_id=None, paths=None
    )
    journal.commit()
    with Reader(home) as reader:
        found = reader.show(call)
        assert found
        at = moment_of(found[0])
        assert reader.counts(at, at + 1000, 1000) == [{"error": 1}]


def test_what_lies_outside_the_time_is_not_counted(home: str, journal: Journal) -> None:
    call = whole_call(journal)
    with Reader(home) as reader:
        found = reader.show(call)
        assert found
        at = moment_of(found[0])
        assert reader.counts(at - 2000, at, 1000) == [{}, {}]
        assert reader.counts(at + 1, at + 1001, 1000) == [{}]


def test_no_log_is_a_row_of_nothing(home: str, journals: Callable[..., Journal]) -> None:
    with Reader(home) as reader:
        assert reader.counts(0, 2500, 1000) == [{}, {}, {}]
