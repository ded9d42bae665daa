"""Files by path, or those changed last first, from any place on."""

from __future__ import annotations

import os
from pathlib import Path

from servers.notes.index.listing import Files, files
from tests.servers.notes.conftest import write
from tests.servers.notes.index.conftest import Index


def test_a_list_goes_on_behind_any_of_its_files(index: Index, vault: Path) -> None:
    write(vault, {f"n{n}.md": "" for n in range(6)})
    for n in range(6):
        os.utime(vault / f"n{n}.md", (1_700_000_000 + n // 2, 1_700_000_000 + n // 2))
    keeper = index.refresh()
    for wanted in (Files(), Files(recent=True)):
        whole = keeper.ask(index.call, lambda db, wanted=wanted: files(db, wanted, [], 10))
        for number, one in enumerate(whole):
            rest = keeper.ask(index.call, lambda db, wanted=wanted, one=one: files(db, wanted, one.after, 10))
            assert rest == whole[number + 1 :]


def test_notes_and_attachments_are_apart(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "", "b.pdf": "12345"})
    found = index.refresh().ask(index.call, lambda db: files(db, Files(note=False), [], 10))
    assert [(one.path, one.size) for one in found] == [("b.pdf", 5)]
