"""Walks the whole chain and compares the derived table with it: whatever was changed, removed, added or moved is named.

Reads only. What it cannot see: someone who rewrites the log, the witness and every hash after it with this very code.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import msgspec

from app.core.errors import JournalError
from app.core.journal import database
from app.core.journal.chain import GENESIS, link
from app.core.journal.derive import Facet, derived_through, events_by_seq, row_of
from app.core.journal.head import Witness, read_witness
from app.core.journal.record import Event, JournalNote, read_note, timestamp

SHOWN = 100
"""Findings kept; more are only counted."""
STEP = 500

_TYPES = [int, str, int, bytes, bytes, bytes]

Progress = Callable[[int, int], None]
"""Called with what is done and how much there is."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong. `call` is the id of the call it concerns, or null; `event` likewise."""

    words: str
    call: int | None = None
    event: int | None = None


class Report(msgspec.Struct):
    """`whole` is true when nothing was found. `notes` are losses that the log itself tells of: a power cut, a damaged file, retention."""

    events: int = 0
    calls: int = 0
    whole: bool = True
    findings: list[Finding] = []
    more: int = 0
    notes: list[str] = []
    table_differs: bool = False

    def find(self, words: str, call: int | None = None, event: int | None = None) -> None:
        """Take a finding in."""
        self.whole = False
        if len(self.findings) < SHOWN:
            self.findings.append(Finding(words, call or None, event))
        else:
            self.more += 1


class _Walk:
    """What the chain has shown so far."""

    def __init__(self) -> None:
        self.first: tuple[int, bytes] | None = None
        self.last = 0
        self.prev = GENESIS
        self.first_opened = 0
        self.orphans: dict[int, int] = {}
        self.anchors: dict[tuple[int, str], int] = {}
        self.seen = 0


def verify(home: str, progress: Progress = lambda _done, _all: None) -> Report:
    """Check the log of `home` as it stands at this moment. Raises JournalError where it cannot be read."""
    witness = read_witness(database.witness_of(home))
    path = database.database_of(home)
    report = Report()
    try:
        db = database.open_for_reading(path)
    except sqlite3.OperationalError as error:
        import os

        if os.path.exists(path):
            raise database.in_words(error) from error
        if witness is not None and witness.seq:
            report.find(f"The log is gone: {witness.seq} events had been written.")
        return report
    except sqlite3.Error as error:
        raise _unreadable(error) from error
    try:
        db.execute("BEGIN")
        if database.check_version(db):
            _verify(db, witness, report, progress)
    except sqlite3.Error as error:
        raise _unreadable(error) from error
    finally:
        db.close()
    return report


def _unreadable(error: sqlite3.Error) -> JournalError:
    return JournalError(
        "The call log is damaged and cannot be checked to its end.",
        f"{error}.",
        "Restart Doorkeep: it keeps the damaged file and begins a new log.",
    )


def _verify(db: sqlite3.Connection, witness: Witness | None, report: Report, progress: Progress) -> None:
    through = derived_through(db)
    events = int(db.execute("SELECT count(*) FROM events").fetchone()[0])
    calls = int(db.execute("SELECT count(*) FROM calls").fetchone()[0])
    walk = _Walk()
    for row in db.execute("SELECT seq, call, kind, at_ms, body, prev, hash FROM events ORDER BY seq"):
        _event(walk, report, row, through)
        if report.events % STEP == 0:
            progress(report.events, events + calls)
    below = _beginning(walk, report)
    _orphans(walk, report, below)
    _end(db, walk, witness, report)
    _table(db, walk, report, lambda done: progress(events + done, events + calls))
    progress(events + calls, events + calls)


def _event(walk: _Walk, report: Report, row: tuple[int, int, str, int, bytes, bytes, bytes], through: int) -> None:
    seq, call, kind, at_ms, body, prev, hash_ = row
    report.events += 1
    if walk.first is None:
        walk.first = (seq, prev if type(prev) is bytes else b"")
    elif seq != walk.last + 1:
        missing = f"Event {walk.last + 1} is" if seq == walk.last + 2 else f"Events {walk.last + 1} to {seq - 1} are"
        report.find(f"{missing} missing.", event=walk.last + 1)
    elif prev != walk.prev:
        report.find(
            f"Event {seq} of call {call} does not follow the one before it: one of them was put in or moved.", call, seq
        )
    typed = [type(value) for value in row[1:]] == _TYPES  # SQLite takes any value in any column
    if not typed or link(prev, seq, call, kind, at_ms, body) != hash_:
        report.find(f"Event {seq} of call {call} was changed after it was written.", call if typed else None, seq)
    walk.last, walk.prev = seq, hash_
    if not typed:
        return
    if not call:
        _note(walk, report, kind, at_ms, body)
        return
    if kind == "opened":
        report.calls += 1
        walk.first_opened = walk.first_opened or call
    if not walk.first_opened or call < walk.first_opened:
        walk.orphans[call] = walk.orphans.get(call, 0) + (seq <= through)
    elif seq <= through:
        walk.seen += 1


def _note(walk: _Walk, report: Report, kind: str, at_ms: int, body: bytes) -> None:
    try:
        note = read_note(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    if kind == "pruned":
        walk.anchors[(note.through, note.hash)] = note.calls_below
    elif kind == "recovered":
        _recovered(report, note, at_ms)


def _recovered(report: Report, note: JournalNote, at_ms: int) -> None:
    when = timestamp(at_ms)
    if note.kept_as:
        report.notes.append(f"{when}: {note.reason} The earlier one is journal/{note.kept_as}.")
    elif note.through:
        report.find(f"{when}: {note.reason} The earlier one, of {note.through} events, is gone.")
    elif note.missing_from and not note.boot_changed:
        report.find(f"{when}: {note.reason}", event=note.missing_from)
    elif note.missing_from or note.boot_changed:
        report.notes.append(f"{when}: {note.reason}")


def _beginning(walk: _Walk, report: Report) -> int:
    """The id below which calls were removed by retention, as the anchor of the first event says."""
    if walk.first is None:
        return 0
    seq, prev = walk.first
    if seq == 1 and prev == GENESIS:
        return 0
    below = walk.anchors.get((seq - 1, prev.hex()))
    if below is None:
        report.find(
            f"The log begins with event {seq}, and nothing in it says why the earlier ones are gone.", event=seq
        )
        return 0
    report.notes.append(f"Calls below {below} were removed by retention.")
    return below


def _orphans(walk: _Walk, report: Report, below: int) -> None:
    for call, known in walk.orphans.items():
        if call >= below:
            report.find(f"The beginning of call {call} is missing.", call)
            walk.seen += known


def _end(db: sqlite3.Connection, walk: _Walk, witness: Witness | None, report: Report) -> None:
    if witness is None:
        if walk.last:
            report.find("The witness of the log's end (journal/head) is gone: events may be missing from the end.")
        return
    if witness.seq > walk.last:
        which = (
            f"Event {walk.last + 1} is"
            if witness.seq == walk.last + 1
            else f"Events {walk.last + 1} to {witness.seq} are"
        )
        report.find(f"{which} missing from the end: cut off, or lost when the machine stopped.", event=walk.last + 1)
        return
    row = db.execute("SELECT hash FROM events WHERE seq = ?", (witness.seq,)).fetchone()
    if row is not None and row[0] != witness.hash:
        report.find(
            f"Event {witness.seq} is not the one that was written: the log was replaced or rewritten.",
            event=witness.seq,
        )


def _table(db: sqlite3.Connection, walk: _Walk, report: Report, progress: Callable[[int], None]) -> None:
    facets = {row[0]: tuple(row[1:8]) for row in db.execute("SELECT * FROM facets")}
    counted: dict[int, int] = {}
    listed = looked_at = 0
    after = -1
    while rows := db.execute(
        "SELECT id, at_ms, facet, session, change_id, events, words FROM calls WHERE id > ? ORDER BY id LIMIT ?",
        (after, STEP),
    ).fetchall():
        after = rows[-1][0]
        for row in rows:
            counted[row[2]] = counted.get(row[2], 0) + 1
        listed += _rows(db, rows, facets, report)
        looked_at += len(rows)
        progress(looked_at)
    if listed != walk.seen:
        report.table_differs = True
        report.find(
            f"The table of calls holds {listed} events and the log {walk.seen}: a call is missing from it or was put in."
        )
    stored = {row[0]: row[1] for row in db.execute("SELECT no, calls FROM facets WHERE calls <> 0")}
    if stored != counted:
        report.table_differs = True
        report.find("The counts of the search index differ from the calls.")


def _rows(
    db: sqlite3.Connection,
    rows: list[tuple[int, int, int, str, str, str, bytes]],
    facets: dict[int, Facet],
    report: Report,
) -> int:
    lists = [_numbers(row[5]) for row in rows]
    events = events_by_seq(db, [seq for seqs in lists for seq in seqs])
    for row, seqs in zip(rows, lists, strict=True):
        call = row[0]
        own: list[Event] = [event for event in events.get(call, []) if event.seq in set(seqs)]
        wanted = row_of(own) if own else None
        if wanted is None:
            report.table_differs = True
            report.find(f"Call {call} stands in the table, and no event tells of it.", call)
        elif (call, row[1], facets.get(row[2]), *row[3:]) != (
            wanted.id, wanted.at_ms, wanted.facet, wanted.session, wanted.change_id, wanted.events, wanted.words,
        ):  # fmt: skip
            report.table_differs = True
            report.find(f"The row of call {call} differs from its events.", call)
    return sum(len(seqs) for seqs in lists)


def _numbers(text: str) -> list[int]:
    try:
        return msgspec.json.decode(text, type=list[int])
    except (msgspec.DecodeError, TypeError):
        return []
