"""The tool trash_notes on real vaults: notes go and come back whole, and links stay or become plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from servers.notes.trash_notes import TrashNotes, trash_notes
from servers.notes.undo_note import UndoNote, undo_note
from servers.runtime.call import Call
from servers.runtime.changing.changes import Changed
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import ConflictError
from tests.servers.notes.conftest import MakeCall, write
from tests.servers.notes.test_move_note import tree


def trash(call: Call, *notes: str, **more: Any) -> Changed:
    args = TrashNotes(list(notes), **more)
    return trash_notes.apply(call, args, trash_notes.plan(call, args))


def undo(call: Call, done: Changed) -> None:
    args = UndoNote(str(done.change_id))
    undo_note.apply(call, args, undo_note.plan(call, args))


VAULT = {
    "Gone.md": "text [[Stays]]\n",
    "Stays.md": "[[Gone]] [[Gone#H|words]] ![[Gone#^b]] [md](Gone.md) [](Gone.md) `[[Gone]]`\n",
    "sub/Linked.md": '---\nup: "[[Gone|name]]"\n---\n[r]: Gone.md\n',
}


@pytest.fixture
def filled(vault: Path) -> Path:
    """A vault in which notes link to the one that goes."""
    write(vault, VAULT)
    return vault


def test_a_note_goes_and_comes_back_and_links_stay(call: Call, filled: Path) -> None:
    old = tree(filled)
    done = trash(call, "Gone")
    assert tree(filled) == {path: content for path, content in old.items() if path != "Gone.md"}
    undo(call, done)
    assert tree(filled) == old


def test_links_become_the_words_that_were_seen(call: Call, filled: Path) -> None:
    old = tree(filled)
    done = trash(call, "Gone", backlinks="unlink")
    assert tree(filled) == {
        "Stays.md": b"Gone words Gone > b md Gone `[[Gone]]`\n",
        "sub/Linked.md": b'---\nup: "name"\n---\n[r]: Gone.md\n',
    }
    assert done.warnings == ["sub/Linked.md:4: [r]: Gone.md was left: other places in the note may refer to it"]
    undo(call, done)
    assert tree(filled) == old


def test_several_go_together(call: Call, filled: Path) -> None:
    done = trash(call, "Gone", "Stays", "Gone.md", backlinks="unlink")
    assert list(tree(filled)) == ["sub/Linked.md"]
    assert [Path(one.path).name for one in done.files] == ["Gone.md", "Stays.md", "Linked.md"]
    undo(call, done)
    assert len(tree(filled)) == 3


def test_a_dry_run_changes_nothing_and_tells_all(call: Call, filled: Path) -> None:
    old = tree(filled)
    args = TrashNotes(["Gone"], "unlink", dry_run=True)
    planned = trash_notes.plan(call, args)
    shown = trash_notes.preview(call, args, planned)
    assert shown.changed
    assert f"trash {filled}/Gone.md" in str(shown.files[0].diff)
    assert f"5 links updated in {filled}/Stays.md" in str(shown.files[0].diff)
    assert tree(filled) == old


def test_where_one_cannot_go_none_does(call: Call, filled: Path) -> None:
    old = tree(filled)
    with pytest.raises(ToolError, match="There is no note Missing"):
        trash(call, "Gone", "Missing")
    args = TrashNotes(["Gone", "Stays"])
    planned = trash_notes.plan(call, args)
    (filled / "Stays.md").unlink()
    write(filled, {"Stays.md": "another file"})
    with pytest.raises(ConflictError, match="changed at this moment"):
        trash_notes.apply(call, args, planned)
    assert tree(filled) == {**old, "Stays.md": b"another file"}


def test_without_an_undo_store_nothing_is_trashed(make_call: MakeCall, filled: Path) -> None:
    with pytest.raises(ToolError, match="without an undo store"):
        trash(make_call((filled, "write"), undo=False), "Gone")
    assert (filled / "Gone.md").exists()
