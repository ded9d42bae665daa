"""Any server's undo tool, through the functions it is made of; the filesystem's tests go through the whole program."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from servers.runtime.call import Call
from servers.runtime.changing import changes, undoing
from servers.runtime.changing.undoing import Undo, Undone
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError


def overwrite(call: Call, path: Path, content: bytes) -> str:
    """Change a file as a tool does; the change_id."""
    with (
        changes.begin(call, "change_it") as change,
        open_parent(call.folders, str(path), "change", "change") as parent,
    ):
        old = changes.read_old(parent, "change")
        assert old is not None
        changes.keep(call, change, parent, old, of_content(content))
        change.commit()
        replace_file(parent, content, expect=old.etag)
    changes.finish(call, change, str(path))
    return call.change_id


def undo(call: Call, change_id: str = "") -> Undone:
    args = Undo(change_id)
    return undoing.apply(call, args, undoing.plan(call, args), "take_back")


def test_a_change_is_taken_back_under_the_tools_own_name(call: Call, top: Path) -> None:
    (top / "f").write_bytes(b"old")
    done = undo(call, overwrite(call, top / "f", b"new"))
    assert (top / "f").read_bytes() == b"old"
    assert done.changed
    assert done.steps is not msgspec.UNSET
    assert call.change_id == done.change_id
    assert call.touched == [str(top / "f")]
    listed = undo(call).changes
    assert listed is not msgspec.UNSET
    assert [one.tool for one in listed] == ["take_back", "change_it"]


def test_newer_work_is_a_conflict_and_stays(call: Call, top: Path) -> None:
    (top / "f").write_bytes(b"old")
    change_id = overwrite(call, top / "f", b"new")
    (top / "f").write_bytes(b"newest")
    with pytest.raises(ConflictError, match="was changed since"):
        undo(call, change_id)
    planned = undoing.plan(call, Undo(change_id, dry_run=True))
    assert not undoing.preview(call, Undo(change_id, dry_run=True), planned).changed
    assert os.listdir(top) == ["f"]
    assert (top / "f").read_bytes() == b"newest"
