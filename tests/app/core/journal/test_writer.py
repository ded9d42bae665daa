"""The hand that writes: events in, rows out, nothing lost and nothing left open."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import JournalError
from app.core.journal import writer
from app.core.journal.database import database_of
from app.core.journal.reader import Reader
from app.core.journal.verify import verify
from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call, whole_call

Open = Callable[..., Journal]
ROOT = Path(__file__).parents[4]


def stored(home: str) -> dict[int, str]:
    with Reader(home) as reader:
        return {record.id: record.outcome for record in reader.walk()}


def fill(journal: Journal, size: int) -> None:
    for _ in range(300):
        whole_call(journal, arguments={"path": "x" * size})


def test_ids_rise_by_one(journal: Journal) -> None:
    assert [open_call(journal), open_call(journal), open_call(journal)] == [1, 2, 3]


def test_ids_go_on_after_a_restart(journals: Open) -> None:
    first = journals()
    whole_call(first)
    first.close()
    assert open_call(journals()) == 2


def test_a_call_can_be_read_before_anything_is_committed(journal: Journal) -> None:
    assert journal.record(open_call(journal)).decision == "allowed"


def test_a_closed_call_can_be_read_before_it_is_derived(journal: Journal) -> None:
    assert journal.record(whole_call(journal)).outcome == "ok"


def test_a_closed_call_can_be_read_after_it_is_derived(journal: Journal) -> None:
    call = whole_call(journal)
    journal.derive()
    assert journal.record(call).outcome == "ok"


def test_an_unknown_call_is_a_key_error(journal: Journal) -> None:
    with pytest.raises(KeyError):
        journal.record(99)


def test_nothing_is_on_the_disk_before_commit(journal: Journal, home: str) -> None:
    open_call(journal)
    assert stored(home) == {}
    journal.commit()
    assert stored(home) == {1: "running"}


def test_secured_events_are_in_the_log_after_the_next_commit(journal: Journal, home: str) -> None:
    call = open_call(journal)
    journal.secure()
    assert (journal.unwritten, stored(home)) == (2, {})
    close_call(journal, call)
    journal.secure()
    journal.secure()
    journal.commit()
    assert (journal.unwritten, stored(home)) == (0, {call: "ok"})
    assert verify(home).whole


def test_while_the_log_cannot_be_written_nothing_more_is_secured(journal: Journal, home: str) -> None:
    whole_call(journal)
    with contextlib.closing(sqlite3.connect(database_of(home), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = open_call(journal)
        journal.secure()
        with pytest.raises(JournalError):
            journal.commit()
        second = open_call(journal)
        with pytest.raises(JournalError):
            journal.secure()
    journal.secure()
    assert stored(home) == {1: "ok", first: "running", second: "running"}


def test_what_does_not_fit_ahead_of_the_log_is_committed(journal: Journal, home: str) -> None:
    calls = [open_call(journal, arguments={"path": "x" * 16_000}) for _ in range(20)]
    journal.secure()
    assert set(stored(home)) == set(calls)


def test_a_question_and_its_answer_are_in_the_row(journal: Journal) -> None:
    call = open_call(journal, decision=None)
    journal.asked(call, approval_id="a1", paths=["/d/x"], preview="+line")
    assert journal.record(call).outcome == "waiting"
    journal.answered(call, approval_id="a1", answer="deny", by="user")
    found = journal.record(call)
    assert (found.outcome, found.decision, found.by, found.approval_id) == ("denied", "denied", "user", "a1")


def test_a_second_end_is_dropped(journal: Journal, home: str) -> None:
    call = whole_call(journal)
    close_call(journal, call, "error")
    journal.commit()
    assert stored(home) == {call: "ok"}


def test_events_of_a_call_that_never_came_are_dropped(journal: Journal, home: str) -> None:
    close_call(journal, 77)
    journal.commit()
    assert stored(home) == {}


def test_long_texts_are_bounded(journal: Journal) -> None:
    call = whole_call(journal, client="c" * 5000, tool="t" * 5000, result_preview="r" * 5000, reason="w" * 5000)
    found = journal.record(call)
    assert [len(text or "") for text in (found.client, found.tool, found.result_preview, found.reason)] == [
        200,
        200,
        2000,
        2000,
    ]


def test_calls_left_open_are_lost_after_a_restart(journals: Open, home: str) -> None:
    first = journals()
    running, waiting = open_call(first), open_call(first, decision=None)
    first.asked(waiting, approval_id="a", paths=[], preview="")
    done = whole_call(first)
    first.close()
    second = journals()
    assert second.recovered == [running, waiting]
    assert stored(home) == {running: "lost", waiting: "lost", done: "ok"}


def test_a_commit_of_many_calls_is_one_whole(journal: Journal, home: str) -> None:
    for call in [open_call(journal) for _ in range(50)]:
        close_call(journal, call)
    journal.commit()
    assert stored(home) == dict.fromkeys(range(1, 51), "ok")
    assert verify(home).whole


def test_a_second_writer_is_refused(journal: Journal, home: str) -> None:
    with pytest.raises(JournalError, match="Another program is writing"):
        Journal.open(home)


def test_the_folder_and_its_files_are_their_owners_alone(journal: Journal, home: str) -> None:
    whole_call(journal)
    journal.close()
    folder = Path(home) / "journal"
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.iterdir()]} == {0}


def test_a_log_at_its_bound_lets_its_oldest_calls_go(journals: Open, home: str) -> None:
    journal = journals(max_bytes=100 * 4096)
    for _ in range(300):
        whole_call(journal, arguments={"path": "x" * 4000})
        journal.derive()
    rows = stored(home)
    assert (max(rows), min(rows) > 1, Path(database_of(home)).stat().st_size <= 100 * 4096) == (300, True, True)
    assert verify(home).findings == []


def test_a_log_that_is_never_derived_still_stays_within_its_bound(journals: Open, home: str) -> None:
    journal = journals(max_bytes=100 * 4096)
    with pytest.raises(JournalError, match="cannot grow"):
        fill(journal, 4000)
    assert Path(database_of(home)).stat().st_size <= 100 * 4096


def test_a_full_disk_refuses_in_words_and_loses_nothing(journal: Journal, home: str) -> None:
    """Seen from SQLite a full disk and a reached bound are the same error."""
    done, going_on = whole_call(journal), open_call(journal)
    journal.commit()
    db = journal._store.db
    db.execute("PRAGMA max_page_count=1")  # SQLite takes the present size instead
    waiting = open_call(journal, arguments={"path": "x" * 16_000})
    with pytest.raises(JournalError, match="cannot grow"):
        fill(journal, 16_000)
    assert waiting not in stored(home)
    db.execute("PRAGMA max_page_count=100000")
    journal.commit()
    rows = stored(home)
    assert (rows.get(done, "ok"), rows[going_on], rows[waiting]) == ("ok", "running", "running")
    assert verify(home).findings == []


def test_when_nothing_can_be_written_no_call_is_opened(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, sql: Any
) -> None:
    monkeypatch.setattr(writer, "BACKLOG", 4)
    other = sqlite3.connect(journal._store._path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with contextlib.closing(other):
        open_call(journal)
        open_call(journal)
        with pytest.raises(JournalError, match="locked by another program"):
            journal.commit()
        with pytest.raises(JournalError, match="cannot be written"):
            open_call(journal)
    journal.commit()
    assert open_call(journal) == 3


def test_what_a_locked_log_could_not_take_is_written_later(journal: Journal, home: str) -> None:
    whole_call(journal)
    with contextlib.closing(sqlite3.connect(database_of(home), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        call = open_call(journal)
        with pytest.raises(JournalError):
            journal.commit()
        assert journal.derive() == 0
    journal.commit()
    assert stored(home)[call] == "running"
    assert verify(home).whole


def test_another_hand_in_the_file_is_refused_in_words(journal: Journal, sql: Callable[..., Any]) -> None:
    whole_call(journal)
    sql("INSERT INTO events VALUES(4, 9, 'closed', 1, x'7b7d', x'00', x'00')")
    open_call(journal)
    with pytest.raises(JournalError, match="Another program wrote"):
        journal.commit()


def test_a_log_whose_file_vanishes_begins_anew_with_what_is_known(journal: Journal, home: str) -> None:
    done, going_on = whole_call(journal), open_call(journal)
    journal.commit()
    for path in (Path(home) / "journal").iterdir():
        path.unlink()
    journal.derive()
    close_call(journal, going_on)
    journal.commit()
    assert stored(home) == {done: "ok", going_on: "ok"}
    assert any("removed or replaced" in finding.words for finding in verify(home).findings)


def test_a_log_that_breaks_while_it_is_used_is_kept_and_gone_on_with(journal: Journal, home: str) -> None:
    done, going_on = whole_call(journal), open_call(journal)
    journal.commit()
    journal._store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(database_of(home))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    journal._store.db.execute("PRAGMA shrink_memory")  # or it would go on from its cache
    close_call(journal, going_on)
    journal.commit()
    assert stored(home) == {done: "ok", going_on: "ok"}
    assert [name for name in os.listdir(path.parent) if name.startswith("broken-") and name.endswith(".db")]
    assert verify(home).whole


def test_closing_twice_is_harmless(journal: Journal) -> None:
    journal.close()
    journal.close()


def test_a_closed_log_takes_nothing(journal: Journal) -> None:
    journal.close()
    open_call(journal)
    with pytest.raises(JournalError, match="closed"):
        journal.commit()


def test_a_home_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be made"):
        Journal.open(str(tmp_path / "file"))


@pytest.mark.parametrize("round_", range(15))
@pytest.mark.parametrize("how", ["commit", "secure"])
def test_no_event_that_was_committed_or_secured_is_lost_by_a_kill(
    home: str, journals: Open, round_: int, how: str
) -> None:
    command = [sys.executable, "-m", "tests.fakes.journal_writer", home, how]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for _ in range(3 + 7 * round_):
            said.append(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read().splitlines(keepends=True)
    words = [word for line in said if line.endswith("\n") for word in line.split() if word != "ready"]
    journals()
    rows = stored(home)
    assert {int(word.rstrip("*")) for word in words} <= rows.keys()
    assert {word for word in words if word.endswith("*") and rows[int(word[:-1])] != "ok"} == set()
    assert set(rows.values()) <= {"ok", "lost"}
    report = verify(home)
    assert (report.findings, report.calls) == ([], len(rows))
