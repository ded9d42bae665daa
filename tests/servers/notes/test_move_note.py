"""The tool move_note on real vaults: everything leads where it led, no other byte changes, and it is all or nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from servers.notes.move_note import MoveNote, move_note
from servers.runtime.call import Call
from servers.runtime.changing import undoing
from servers.runtime.changing.changes import Changed
from servers.runtime.changing.undoing import Undo
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import ConflictError
from tests.servers.notes.conftest import MakeCall, write

VAULT = {
    "Top.md": "[[Plan]] and [[a/Plan#H|w]]\r\n",
    "a/Plan.md": "# H\n[[Top]] [other](Other.md) ![[pic.png]]\n",
    "a/Other.md": "no links\n",
    "a/In code.md": "`[[Plan]]`\n```\n[[Plan]]\n```\n",
    "pic.png": b"\x89PNG",
}


def move(call: Call, source: str, destination: str, **more: Any) -> Changed:
    args = MoveNote(source, destination, **more)
    return move_note.apply(call, args, move_note.plan(call, args))


def undo(call: Call, done: Changed) -> None:
    assert done.change_id is not msgspec.UNSET
    args = Undo(done.change_id)
    undoing.apply(call, args, undoing.plan(call, args), "undo_note")


def tree(vault: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(vault)): path.read_bytes()
        for path in vault.rglob("*")
        if path.is_file() and ".obsidian" not in path.parts
    }


@pytest.fixture
def filled(vault: Path) -> Path:
    """A vault with notes that link to each other."""
    write(vault, VAULT)
    return vault


def test_links_to_it_and_its_own_lead_where_they_led(call: Call, filled: Path) -> None:
    old = tree(filled)
    done = move(call, "Plan", "New/The plan")
    new = tree(filled)
    assert new.pop("New/The plan.md") == b"# H\n[[Top]] [other](../a/Other.md) ![[pic.png]]\n"
    assert new.pop("Top.md") == b"[[The plan]] and [[New/The plan#H|w]]\r\n"
    assert new == {path: old[path] for path in new}
    assert [(Path(one.path).name, one.note) for one in done.files] == [
        ("The plan.md", f"moved from {filled}/a/Plan.md, 1 of its own links updated"),
        ("Top.md", "2 links updated"),
    ]
    undo(call, done)
    assert tree(filled) == old
    assert not (filled / "New").exists()


@pytest.mark.parametrize(
    ("destination", "path"),
    [
        ("New", "a/New.md"),
        ("New.md", "a/New.md"),
        ("b/New", "b/New.md"),
        ("b/", "b/Plan.md"),
        ("v1.2", "a/v1.2.md"),
    ],
)
def test_where_it_goes(call: Call, filled: Path, destination: str, path: str) -> None:
    move(call, "a/Plan.md", destination)
    assert (filled / path).exists()
    assert not (filled / "a/Plan.md").exists()


def test_its_own_relative_links_are_rewritten_with_it(call: Call, vault: Path) -> None:
    write(vault, {"a/N.md": "[[./M]] [m](../T.md)\n[[N]]\n", "a/M.md": "", "T.md": "[n](a/N.md)"})
    old = tree(vault)
    done = move(call, "N", "x/y/N2")
    assert (vault / "x/y/N2.md").read_text() == "[[../../a/M]] [m](../../T.md)\n[[N2]]\n"
    assert (vault / "T.md").read_text() == "[n](x/y/N2.md)"
    undo(call, done)
    assert tree(vault) == old


def test_an_attachment_moves_with_what_embeds_it(call: Call, filled: Path) -> None:
    move(call, "pic.png", "img/photo")
    assert (filled / "img/photo.png").read_bytes() == b"\x89PNG"
    assert "![[photo.png]]" in (filled / "a/Plan.md").read_text()


def test_links_are_left_alone_if_that_is_asked_for(call: Call, filled: Path) -> None:
    old = tree(filled)
    move(call, "Plan", "New", update_links=False)
    old["a/New.md"] = old.pop("a/Plan.md")
    assert tree(filled) == old


def test_links_that_may_mean_several_notes_are_left_and_named(call: Call, vault: Path) -> None:
    write(vault, {"a/Same.md": "", "b/Same.md": "", "T.md": "x\n[[Same]] [[a/Same]]\n"})
    done = move(call, "a/Same.md", "New")
    assert (vault / "T.md").read_text() == "x\n[[Same]] [[a/New]]\n"
    assert done.warnings == ["T.md:2: [[Same]] was left: it may mean any of a/Same.md, b/Same.md"]


def test_only_the_case_of_a_name_can_change(call: Call, filled: Path) -> None:
    move(call, "a/Plan.md", "PLAN")
    assert "PLAN.md" in os.listdir(filled / "a")
    assert "Plan.md" not in os.listdir(filled / "a")
    assert (filled / "Top.md").read_bytes() == b"[[Plan]] and [[a/Plan#H|w]]\r\n"


def test_a_note_with_a_name_that_links_cannot_hold_can_be_given_a_better_one(call: Call, vault: Path) -> None:
    write(vault, {"a#b|c^[d]:e.md": "text", "T.md": "[[good]]"})
    move(call, "a#b|c^[d]:e.md", "good")
    assert tree(vault) == {"good.md": b"text", "T.md": b"[[good]]"}


def test_notes_that_link_in_a_circle_move(call: Call, vault: Path) -> None:
    write(vault, {"A.md": "[[B]] [[A]]", "B.md": "![[A]] ![[B]]"})
    move(call, "A", "x/C")
    assert tree(vault) == {"x/C.md": b"[[B]] [[C]]", "B.md": b"![[C]] ![[B]]"}


def test_a_dry_run_tells_the_notes_and_the_differences(call: Call, filled: Path) -> None:
    old = tree(filled)
    args = MoveNote("Plan", "New", dry_run=True)
    planned = move_note.plan(call, args)
    shown = move_note.preview(call, args, planned).files[0].diff
    assert isinstance(shown, str)
    assert f"2 links updated in {filled}/Top.md" in shown
    assert "+[[New]] and [[a/New#H|w]]" in shown
    assert sorted(planned.plan.writes) == sorted(f"{filled}/{path}" for path in ("a/Plan.md", "a/New.md", "Top.md"))
    assert tree(filled) == old


@pytest.mark.parametrize(
    ("source", "destination", "said"),
    [
        ("Plan", "Other", "exists already"),
        ("Plan", "OTHER", "exists already"),
        ("Plan", "Plan", "is called so already"),
        ("Plan", "a#b", "links could not lead"),
        ("Plan", "", "destination is empty"),
        ("Plan", "../x", "contains '..'"),
        ("Nothing", "x", "There is no note"),
    ],
)
def test_what_cannot_be_moved_is_said_and_nothing_changes(
    call: Call, filled: Path, source: str, destination: str, said: str
) -> None:
    old = tree(filled)
    with pytest.raises(ToolError, match=said):
        move(call, source, destination)
    assert tree(filled) == old


def test_nothing_moves_where_a_note_that_links_there_may_not_be_changed(make_call: MakeCall, filled: Path) -> None:
    write(filled, {"closed/Link.md": "[[Plan]]"})
    old = tree(filled)
    call = make_call((filled, "write"), (filled / "closed", "read"))
    with pytest.raises(ToolError, match="read-only"):
        move(call, "Plan", "New")
    assert tree(filled) == old
    move(call, "Plan", "New", update_links=False)


def test_a_note_that_somebody_edits_at_the_last_moment_keeps_the_edit_and_nothing_moves(
    call: Call, filled: Path
) -> None:
    args = MoveNote("Plan", "x/New")
    planned = move_note.plan(call, args)
    write(filled, {"Top.md": "newer [[Plan]]"})
    old = tree(filled)
    with pytest.raises(ConflictError, match="changed since it was read"):
        move_note.apply(call, args, planned)
    assert tree(filled) == old
    assert undoing.preview(call, Undo(), undoing.plan(call, Undo())).changes == []


def test_what_takes_the_new_name_at_the_last_moment_stays_and_all_goes_back(call: Call, filled: Path) -> None:
    args = MoveNote("Plan", "x/New")
    planned = move_note.plan(call, args)
    write(filled, {"x/New.md": "theirs"})
    old = tree(filled)
    with pytest.raises(ToolError):
        move_note.apply(call, args, planned)
    assert tree(filled) == old


def test_a_link_made_moments_ago_is_known(call: Call, filled: Path) -> None:
    move(call, "Other", "Other two")
    write(filled, {"Fresh.md": "[[Plan]]"})
    (filled / "a/Other two.md").write_text("[[Plan]]")
    move(call, "Plan", "New")
    assert (filled / "Fresh.md").read_text() == "[[New]]"
    assert (filled / "a/Other two.md").read_text() == "[[New]]"
