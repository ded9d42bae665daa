"""What is found when the log is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.journal import head as head_room
from app.core.journal.chain import GENESIS
from app.core.journal.database import witness_of
from app.core.journal.head import Witness, read_witness
from app.core.journal.recovery import last_event, open_calls, torn
from app.core.journal.verify import verify
from app.core.journal.writer import Journal
from tests.fakes.calls import open_call, whole_call

Open = Callable[..., Journal]


@pytest.fixture
def tail_cut(journals: Open, home: str, sql: Callable[..., list[Any]]) -> Open:
    """A log whose last call is gone, though it had been written."""
    journal = journals()
    for _ in range(3):
        whole_call(journal)
    journal.close()
    sql("DELETE FROM events WHERE call = 3")
    sql("DELETE FROM calls WHERE id = 3")
    sql("UPDATE facets SET calls = 2")
    sql("UPDATE state SET value = 6")
    return journals


def test_an_empty_log_ends_in_genesis(journal: Journal) -> None:
    assert last_event(journal._store.db) == (0, GENESIS)


def test_open_calls_are_those_without_an_end(journal: Journal) -> None:
    whole_call(journal)
    running, denied = open_call(journal), open_call(journal, decision="denied")
    journal.commit()
    journal.derive()
    assert open_calls(journal._store.db) == [running]
    assert denied not in open_calls(journal._store.db)


@pytest.mark.parametrize(
    ("seq", "boot", "clean", "says"),
    [
        (0, "this", False, None),
        (3, "this", False, None),
        (3, "this", True, None),
        (3, "other", True, None),
        (3, "other", False, "its last second may be missing"),
        (3, "", False, None),
        (2, "this", False, "not the one that was written"),
        (4, "this", False, "Event 4 is missing from the end, though the machine did not stop"),
        (9, "this", True, "Events 4 to 9 are missing"),
        (9, "other", False, "Events 4 to 9 are missing: the machine stopped"),
    ],
)
def test_the_witness_tells_what_is_missing(
    journal: Journal, seq: int, boot: str, clean: bool, says: str | None
) -> None:
    whole_call(journal)
    last, hash_ = last_event(journal._store.db)
    note = torn(Witness(seq, 1, hash_ if seq == last else b"?", boot, clean), journal._store.db, last, "this")
    assert (note.reason if note else None) == says or (note is not None and says is not None and says in note.reason)


def test_without_a_witness_nothing_is_claimed(journal: Journal) -> None:
    assert torn(None, journal._store.db, 0, "this") is None


def test_a_tail_lost_with_the_machine_is_a_note(tail_cut: Open, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_room, "this_boot", lambda: "another start of the machine")
    tail_cut()
    report = verify(home)
    assert report.findings == []
    assert "Events 7 to 9 are missing: the machine stopped" in report.notes[0]


def test_a_tail_lost_without_that_is_a_finding(tail_cut: Open, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_room, "this_boot", lambda: "")
    tail_cut()
    assert "Events 7 to 9 are missing" in verify(home).findings[0].words


def test_ids_of_lost_calls_are_never_given_again(tail_cut: Open) -> None:
    assert open_call(tail_cut()) == 4


def test_an_orderly_end_is_clean_and_an_open_call_makes_it_not(journals: Open, home: str) -> None:
    first = journals()
    whole_call(first)
    first.close()
    clean = read_witness(witness_of(home))
    second = journals()
    open_call(second)
    second.close()
    unclean = read_witness(witness_of(home))
    assert clean is not None
    assert unclean is not None
    assert (clean.clean, unclean.clean) == (True, False)


def test_a_damaged_witness_costs_no_event(journals: Open, home: str) -> None:
    first = journals()
    whole_call(first)
    first.close()
    Path(witness_of(home)).write_bytes(b"nonsense")
    second = journals()
    assert (second.record(1).outcome, whole_call(second)) == ("ok", 2)
    assert verify(home).findings == []
