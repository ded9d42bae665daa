"""The derived table: in step with the events whatever the batches, and rebuilt the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.journal.derive import Derivation, facet_of, row_of
from app.core.journal.record import Body, CallRecord, Event, write_body
from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call, whole_call

TABLES = (
    "SELECT id, at_ms, session, change_id, events, words FROM calls ORDER BY id",
    "SELECT client, server, tool, folder, decision, by, outcome, calls FROM facets WHERE calls > 0 ORDER BY 1, 2, 3, 4, 5, 6, 7",
    "SELECT * FROM spans",
)


def tables(journal: Journal) -> list[list[Any]]:
    return [journal._store.db.execute(sql).fetchall() for sql in TABLES]


def traffic(journal: Journal) -> None:
    calls = [open_call(journal, server=server) for server in ("git", "notes", "git", "filesystem")]
    journal.commit()
    for call in calls[:3]:
        close_call(journal, call, "error" if call == 2 else "ok", change_id=f"c{call}")
    whole_call(journal, decision="denied")


@pytest.mark.parametrize("step", [1, 2, 3, 5, 100])
def test_the_batches_make_no_difference(journal: Journal, step: int) -> None:
    traffic(journal)
    while journal.derive(step):
        pass
    stepped = tables(journal)
    journal._store.derivation.rebuild()
    assert tables(journal) == stepped


def test_derived_calls_move_from_facet_to_facet(journal: Journal) -> None:
    call = open_call(journal)
    journal.commit()
    journal.derive()
    close_call(journal, call)
    journal.commit()
    journal.derive()
    assert [(row[6], row[7]) for row in tables(journal)[1]] == [("ok", 1)]


def test_a_step_that_fails_changes_nothing(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_call(journal)
    before = (tables(journal), journal._store.derivation.through)

    def fails(_self: Derivation, _facet: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(Derivation, "_number", fails)
    with pytest.raises(ZeroDivisionError):
        journal._store.derivation.step(10)
    assert (tables(journal), journal._store.derivation.through) == before
    monkeypatch.undo()
    assert journal.derive() == 3


def test_where_it_stopped_is_remembered(journals: Callable[..., Journal]) -> None:
    first = journals()
    traffic(first)
    first.derive(4)
    assert Derivation(first._store.db).through == 4


def test_many_facets_do_not_grow_without_bound(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.journal.derive.FACETS_KEPT", 5)
    for number in range(30):
        whole_call(journal, tool=f"t{number}")
    while journal.derive():
        pass
    assert len(journal._store.derivation._facets) <= 5
    assert len(tables(journal)[1]) == 30


def test_null_is_an_empty_word_in_a_facet() -> None:
    assert facet_of(CallRecord(1, "", client="c")) == ("c", "", "", "", "", "", "running")


def test_events_without_a_beginning_make_no_row() -> None:
    assert row_of([Event(1, 7, "closed", 1, b"{}")]) is None


@given(st.text(), st.text())
def test_words_are_utf_8(tool: str, reason: str) -> None:
    row = row_of([Event(1, 7, "opened", 1, write_body(Body(tool=tool, reason=reason)))])
    assert row is not None
    assert row.words.decode()
