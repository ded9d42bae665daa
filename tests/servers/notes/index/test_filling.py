"""Notes are read through the safe door, and a row says of which state of the file its words are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.servers.notes.conftest import write
from tests.servers.notes.index.conftest import Index


def test_words_of_all_notes_are_found(index: Index, vault: Path) -> None:
    write(vault, {f"in{n % 7}/n{n}.md": f"common word{n}" for n in range(250)})
    assert len(index.find("common")) == 100
    assert index.find("word123") == ["in4/n123.md"]


def test_an_old_file_is_written_down_with_its_time(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "x"})
    os.utime(vault / "a.md", ns=(5_000_000_001, 5_000_000_001))
    index.refresh()
    assert index.keeper.ask(index.call, lambda db: db.one("SELECT mtime FROM files")) == 5_000_000_001


def test_a_file_written_just_now_is_marked_for_another_look(index: Index, vault: Path) -> None:
    index.refresh()
    write(vault, {"a.md": "x"})
    future = 32_000_000_000 * 1_000_000_000 // 10  # a time that is not past, whatever the clock says
    os.utime(vault / "a.md", ns=(future + 1, future + 1))
    index.refresh()
    assert index.keeper.ask(index.call, lambda db: db.one("SELECT mtime FROM files")) == -(future + 1)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_note_that_may_not_be_read_does_not_stop_the_others(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "seen", "b.md": "unseen"})
    (vault / "b.md").chmod(0)
    assert index.find("seen") == ["a.md"]


def test_of_a_very_large_note_the_beginning_is_found(index: Index, vault: Path) -> None:
    write(vault, {"big.md": "start\n" + "filler words here\n" * 600_000 + "theend\n"})
    assert index.find("start") == ["big.md"]
    assert index.find("theend") == []


def test_a_note_of_a_million_lines_is_read(index: Index, vault: Path) -> None:
    write(vault, {"long.md": "first\n" + "x\n" * 1_000_000 + "final"})
    assert index.find("first final") == ["long.md"]
