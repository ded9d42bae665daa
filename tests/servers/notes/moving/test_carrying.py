"""Carrying out: each file from the state that was seen, each error before anything is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.notes.moving import carrying
from servers.notes.moving.rewriting import Rewrite, Rewriting
from servers.runtime.call import Call
from servers.runtime.changing import changes
from servers.runtime.changing.changes import Old
from servers.runtime.changing.diffs import Diff
from servers.runtime.errors import ToolError
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError
from tests.servers.notes.conftest import write


def seen(call: Call, path: Path) -> Old:
    with open_parent(call.folders, str(path), "change", "move") as parent:
        old = changes.read_old(parent, "move")
        assert old is not None
        return old


def test_a_file_takes_another_name(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "a"})
    carrying.rename(call, f"{vault}/a.md", f"{vault}/b.md", seen(call, vault / "a.md").stat)
    assert (vault / "b.md").read_text() == "a"
    assert not (vault / "a.md").exists()


def test_only_the_file_that_was_seen_is_renamed_and_nothing_is_overwritten(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "a", "b.md": "b"})
    expected = seen(call, vault / "a.md").stat
    with pytest.raises(ToolError):
        carrying.rename(call, f"{vault}/a.md", f"{vault}/b.md", expected)
    (vault / "a.md").write_text("newer")
    with pytest.raises(ConflictError, match="changed at this moment"):
        carrying.rename(call, f"{vault}/a.md", f"{vault}/c.md", expected)
    assert sorted(path.read_text() for path in vault.glob("*.md")) == ["b", "newer"]


def test_two_names_of_one_file_that_differ_in_case_are_two_entries(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "a"})
    os.link(vault / "a.md", vault / "A.md")
    with open_parent(call.folders, f"{vault}/a.md") as old, open_parent(call.folders, f"{vault}/A.md") as new:
        assert not carrying.is_itself(old, new)


def test_a_preview_is_never_longer_than_a_person_reads(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "a"})
    old = seen(call, vault / "a.md")
    many = [Rewrite(f"{n}.md", f"/{n}.md", old, b"x", 1 + n, Diff("d" * 300, 1, 1)) for n in range(500)]
    shown = carrying.preview("head", Rewriting(many, ["left one"]))
    assert shown.startswith("head\n1 link updated in /0.md\n2 links updated in /1.md\n")
    assert "… and in 300 more notes" in shown
    assert "left one" in shown
    assert len(shown) <= 20_000
    told = carrying.listed(Rewriting(many), skip="/0.md")
    assert len(told) == 201
    assert told[-1].note == "and 299 more notes"
