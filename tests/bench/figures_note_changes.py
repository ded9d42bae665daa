"""Changes of notes: an edit in 1 MiB beside edit_file of the same bytes, and a move that rewrites the links of two hundred notes."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.drive import Driver
from tests.bench.ground import ROOT, Ground
from tests.bench.measure import Figure, compare, in_turn, quantile, timed

NOTE, FILE = "edit_note", "edit_file"
LINES = b"Plain text that goes on and on as people write it, a line of it.\n" * 20
BODY = (b"## Heading\n\nA line with a [[Link|word]] and a #tag.\n" + LINES) * 780
LINKING = 200


def note_changes(ground: Ground) -> Iterator[Figure]:
    """Both servers over one folder, by themselves, with undo stores on the same disk."""
    vault = ground.scratch / "changed-vault"
    (vault / ".obsidian").mkdir(parents=True, exist_ok=True)
    body = b"line number 0\n" + BODY[: (1 << 20) - 100] + b"\n\n## Last\nx\n"
    (vault / "Long.md").write_bytes(body)
    (vault / "long.txt").write_bytes(body)
    for number in range(LINKING):
        (vault / f"Linking {number}.md").write_text(f"See [[Moved]] and {number}.\n")
    (vault / "Moved.md").write_text("moved\n")
    with _server("servers.notes", vault, ground) as notes, _server("servers.filesystem", vault, ground) as files:
        steps = {NOTE: itertools.count(), FILE: itertools.count()}

        def texts(name: str) -> tuple[str, str]:
            step = next(steps[name])
            return f"line number {step}\n", f"line number {step + 1}\n"

        def note() -> float:
            old, new = texts(NOTE)
            ops = [{"op": "replace_text", "old": old, "new": new}]
            return timed(lambda: notes.call("edit_note", {"note": "Long.md", "ops": ops}))

        def file() -> float:
            old, new = texts(FILE)
            return timed(lambda: files.call("edit_file", {"path": "long.txt", "edits": [{"old": old, "new": new}]}))

        yield compare(
            "edit in a note of 1 MiB", in_turn({NOTE: note, FILE: file}, rounds=25, warmup=2), NOTE, FILE, 1.3
        )
        ops = (
            [{"op": "replace_section", "target": "Last", "new": "y"}],
            [{"op": "replace_section", "target": "Last", "new": "z"}],
        )
        turns = itertools.cycle(ops)
        sections = sorted(
            timed(lambda: notes.call("edit_note", {"note": "Long.md", "ops": next(turns)})) for _ in range(25)
        )
        yield Figure("edit of a section in 1 MiB", quantile(sections, 0.5) * 1e3, "ms")
        names = itertools.cycle([("Moved", "Moved on"), ("Moved on", "Moved")])
        moves = sorted(_move(notes, *next(names)) for _ in range(6))
        yield Figure(f"move with {LINKING} linking notes", quantile(moves, 0.5) * 1e3, "ms")


def _move(notes: Driver, source: str, destination: str) -> float:
    return timed(lambda: notes.call("move_note", {"source": source, "destination": destination}))


def _server(module: str, vault: Path, ground: Ground) -> Driver:
    undo = ground.scratch / f"undo-{module}"
    command = [sys.executable, "-m", module, f"--folder={vault}=write", f"--undo={undo}"]
    return Driver(command, cwd=str(ROOT)).open()
