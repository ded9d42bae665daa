"""The tool undo_note, through the program: what was changed is listed, taken back, and had again."""

from __future__ import annotations

from pathlib import Path

from tests.servers.notes.conftest import Notes, write


def test_changes_are_listed_taken_back_and_had_again(notes: Notes, vault: Path) -> None:
    write(vault, {"A.md": "[[B]]\n", "B.md": "b\n"})
    edited = notes.facts("edit_note", note="B", ops=[{"op": "append", "new": "c"}])["change_id"]
    moved = notes.facts("move_note", source="B", destination="sub/C")["change_id"]
    listed = notes.facts("undo_note")["changes"]
    assert [(one["change_id"], one["tool"]) for one in listed] == [(moved, "move_note"), (edited, "edit_note")]
    back = notes.facts("undo_note", change_id=moved)
    assert len(back["steps"]) == 3
    assert (vault / "A.md").read_text() == "[[B]]\n"
    assert (vault / "B.md").read_text() == "b\n\nc\n"
    notes.facts("undo_note", change_id=back["change_id"])
    assert (vault / "A.md").read_text() == "[[C]]\n"
    assert (vault / "sub/C.md").read_text() == "b\n\nc\n"
    assert "change" in notes.error("undo_note", change_id=edited)


def test_newer_work_is_not_lost_unless_forced(notes: Notes, vault: Path) -> None:
    write(vault, {"A.md": "[[B]]\n", "B.md": "b\n"})
    moved = notes.facts("move_note", source="B", destination="C")["change_id"]
    (vault / "A.md").write_text("[[C]] and more\n")
    assert "was changed since" in notes.error("undo_note", change_id=moved)
    assert (vault / "C.md").exists()
    dry = notes.facts("undo_note", change_id=moved, dry_run=True)
    assert not dry["changed"]
    notes.facts("undo_note", change_id=moved, force=True)
    assert (vault / "A.md").read_text() == "[[B]]\n"
    assert (vault / "B.md").read_text() == "b\n"
