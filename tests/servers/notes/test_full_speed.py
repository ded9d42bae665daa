"""A vault that other programs write at full speed while the server searches and edits: no stale hit, no edit lost."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.servers.notes.conftest import Notes, body, write

WRITER = Path(__file__).parents[2] / "fakes" / "vault_writer.py"
EDITED = 6


def test_edits_and_searches_hold_while_others_write(notes: Notes, vault: Path) -> None:
    write(vault, {f"in{n % 5}/mine{n}.md": f"# Mine {n}\n" for n in range(EDITED)})
    write(vault, {f"in{n % 5}/still{n}.md": f"still {n}\n" for n in range(100)})
    notes.text("search_notes", query="still")
    writers = [
        subprocess.Popen([sys.executable, str(WRITER), str(vault), str(number), "600"], stdout=subprocess.PIPE)
        for number in range(2)
    ]
    expected: dict[int, list[str]] = {number: [] for number in range(EDITED)}
    step = 0
    try:
        while any(writer.poll() is None for writer in writers) and step < 300:
            number = step % EDITED
            word = f"added{step}x"
            notes.text("edit_note", note=f"mine{number}", ops=[{"op": "append", "new": f"- {word}"}])
            expected[number].append(word)
            # What was just written is found at once, and what is shown is in the file.
            found = notes.text("search_notes", query=word)
            assert body(found).splitlines()[0].startswith(f"in{number % 5}/mine{number}.md  "), found
            for path, line in _hits(notes.text("search_notes", query="version*", limit=20)):
                assert len(set(re.findall(r"version(\d+)", line))) == 1, (path, line)
            step += 1
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate(timeout=20)
    assert step > 0
    for number, words in expected.items():
        text = (vault / f"in{number % 5}" / f"mine{number}.md").read_text()
        assert re.findall(r"added\d+x", text) == words


def _hits(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^(\S+)  \S+ \S+\n  \d+: (.*)$", text, re.MULTILINE)
