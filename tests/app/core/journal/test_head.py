"""The witness: whole at any moment, and locked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import JournalError
from app.core.journal.head import SLOT_SIZE, Head, read_witness

HASH = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "head")


@pytest.fixture
def head(path: str) -> Iterator[Head]:
    head = Head(path)
    yield head
    head.close()


def test_a_new_one_has_seen_nothing(head: Head, path: str) -> None:
    assert (head.found, read_witness(path)) == (None, None)


def test_what_was_written_last_is_read(head: Head, path: str) -> None:
    for seq in range(1, 6):
        head.write(seq, seq * 10, HASH)
    found = read_witness(path)
    assert found is not None
    assert (found.seq, found.call, found.hash, found.boot, found.clean) == (5, 50, HASH, head.boot, False)


def test_a_clean_end_is_noted(head: Head, path: str) -> None:
    head.write(1, 1, HASH, clean=True)
    found = read_witness(path)
    assert found is not None
    assert found.clean


def test_turns_go_on_after_a_restart(path: str) -> None:
    for seq in (1, 2, 3):
        head = Head(path)
        head.write(seq, seq, HASH)
        head.close()
    found = read_witness(path)
    assert found is not None
    assert found.seq == 3


@pytest.mark.parametrize("slot", [0, 1])
def test_a_torn_slot_leaves_the_other(head: Head, path: str, slot: int) -> None:
    head.write(1, 1, HASH)
    head.write(2, 2, HASH)
    with open(path, "r+b") as file:
        file.seek(slot * SLOT_SIZE + 20)
        file.write(b"torn")
    found = read_witness(path)
    assert found is not None
    assert found.seq in (1, 2)


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 500, bytes(500)])
def test_nonsense_is_no_witness(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)
    assert read_witness(path) is None


def test_a_second_one_is_refused(head: Head, path: str) -> None:
    with pytest.raises(JournalError, match="Another program"):
        Head(path)


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        Head(str(tmp_path / "none" / "head"))


def test_a_removed_one_is_made_again(head: Head, path: str) -> None:
    os.unlink(path)
    head.restore()
    head.write(4, 4, HASH)
    found = read_witness(path)
    assert found is not None
    assert found.seq == 4
