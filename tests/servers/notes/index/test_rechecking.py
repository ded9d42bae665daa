"""Single notes compared with their files."""

from __future__ import annotations

import os
import time
from pathlib import Path

from servers.notes.index.rechecking import is_current
from servers.notes.index.scanning import Seen
from tests.servers.notes.conftest import write
from tests.servers.notes.index.conftest import Index


def test_an_edit_in_place_is_read(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "before"})
    index.refresh()
    with (vault / "a.md").open("a") as file:
        file.write(" after")
    index.keeper.renew(index.call, ["a.md", "gone.md", "no/such.md"])
    assert index.claims("before after") == ["a.md"]


def test_words_that_went_are_found_no_more(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "before"})
    index.refresh()
    write(vault, {"a.md": "other"})
    index.keeper.renew(index.call, ["a.md"])
    assert index.claims("before") == []


def test_a_row_is_current_where_nothing_differs() -> None:
    assert is_current(Seen(1, 2, 3), Seen(1, 2, 3))
    assert not is_current(Seen(1, 2, 3), Seen(1, 2, 4))
    assert not is_current(Seen(1, 2, 3), Seen(9, 2, 3))


def test_a_time_that_may_come_again_is_trusted_only_within_its_step() -> None:
    now = time.time_ns() | 1
    assert is_current(Seen(1, 2, -now), Seen(1, 2, now))
    assert not is_current(Seen(1, 2, -5_000_000_001), Seen(1, 2, 5_000_000_001))


def test_a_change_that_keeps_size_and_time_but_not_the_file_is_seen(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "one"})
    os.utime(vault / "a.md", ns=(7, 7))
    index.refresh()
    write(vault, {"b.md": "two"})
    os.utime(vault / "b.md", ns=(7, 7))
    (vault / "b.md").replace(vault / "a.md")
    assert index.find("two") == ["a.md"]
    assert index.find("one") == []
