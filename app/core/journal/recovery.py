"""What is found when the log is opened: how far it goes, whether its tail is there, which calls an earlier gateway left open.

Nothing is judged away here: what was found is written into the chain.
"""

from __future__ import annotations

import sqlite3

from app.core.journal.chain import GENESIS
from app.core.journal.head import Witness
from app.core.journal.record import OPEN_OUTCOMES, Event, JournalNote


def last_event(db: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and hash of the newest event; (0, GENESIS) where there is none."""
    row = db.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), bytes(row[1])) if row else (0, GENESIS)


def last_call(db: sqlite3.Connection) -> int:
    """The highest call id of a fully derived log, removed calls included as far as the log tells."""
    row = db.execute("SELECT max(id) FROM calls").fetchone()
    return int(row[0] or 0)


def not_taken(db: sqlite3.Connection, events: list[Event], base: int) -> list[Event]:
    """Of events written ahead of the log, those that it has not got, in order. `base`: its newest event when they were written.

    What belongs to a call of which the log knows nothing, as after it was begun anew, is left out.
    """
    if not events:
        return []
    newest, _ = last_event(db)
    rows = db.execute("SELECT call, kind, at_ms, body FROM events WHERE seq > ?", (base if base <= newest else 0,))
    there = {(row[0], row[1], row[2], bytes(row[3])) for row in rows}
    missing = [event for event in events if (event.call, event.kind, event.at_ms, event.body) not in there]
    known = {event.call for event in missing if event.kind == "opened"} | {
        call for call, kind, _, _ in there if kind == "opened"
    }
    others = {event.call for event in missing} - known
    known.update(call for call in others if db.execute("SELECT 1 FROM calls WHERE id=?", (call,)).fetchone())
    return [event for event in missing if event.call in known]


def open_calls(db: sqlite3.Connection) -> list[int]:
    """Ids of the calls that are not over, oldest first."""
    marks = ",".join("?" * len(OPEN_OUTCOMES))
    facets = db.execute(f"SELECT no FROM facets WHERE outcome IN ({marks}) AND calls > 0", OPEN_OUTCOMES)  # noqa: S608 - marks
    numbers = ",".join([str(row[0]) for row in facets])
    rows = db.execute(f"SELECT id FROM calls WHERE facet IN ({numbers}) ORDER BY id")  # noqa: S608 - ints
    return [int(row[0]) for row in rows]


def torn(witness: Witness | None, db: sqlite3.Connection, seq: int, boot: str) -> JournalNote | None:
    """What is missing at the log's end, by its witness; None where nothing is known to be."""
    if witness is None:
        return None
    boot_changed = bool(witness.boot and boot and witness.boot != boot)
    if witness.seq > seq:
        return JournalNote(
            reason=_words(seq + 1, witness.seq, boot_changed),
            missing_from=seq + 1,
            missing_through=witness.seq,
            boot_changed=boot_changed,
        )
    if witness.seq and _hash_at(db, witness.seq) not in (witness.hash, None):
        return JournalNote(
            reason=f"Event {witness.seq} is not the one that was written: the log was replaced or rewritten.",
            missing_from=witness.seq,
            missing_through=witness.seq,
        )
    if not witness.clean and boot_changed:
        return JournalNote(
            reason="The machine stopped while Doorkeep ran: calls of its last second may be missing.", boot_changed=True
        )
    return None


def _hash_at(db: sqlite3.Connection, seq: int) -> bytes | None:
    row = db.execute("SELECT hash FROM events WHERE seq = ?", (seq,)).fetchone()
    return bytes(row[0]) if row else None


def _words(first: int, last: int, boot_changed: bool) -> str:
    which = f"Event {first} is" if first == last else f"Events {first} to {last} are"
    if boot_changed:
        return f"{which} missing: the machine stopped before they reached the disk."
    return f"{which} missing from the end, though the machine did not stop: the log was cut or an older copy put back."
