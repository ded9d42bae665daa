"""The tool edit_note on real files: found by any name, changed in its own bytes, and only from the state that was seen."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from servers.notes.edit_note import EditNote, edit_note
from servers.notes.editing.operations import Op
from servers.runtime.call import Call
from servers.runtime.changing import undoing
from servers.runtime.changing.changes import Changed
from servers.runtime.changing.undoing import Undo
from servers.runtime.errors import ToolError
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.words import ConflictError
from tests.servers.notes.conftest import MakeCall, write


def edit(call: Call, note: str, *ops: Op, **more: str) -> Changed:
    args = EditNote(note, list(ops), **more)  # pyright: ignore[reportArgumentType]
    return edit_note.apply(call, args, edit_note.plan(call, args))


def undo(call: Call, change_id: str | msgspec.UnsetType) -> None:
    assert change_id is not msgspec.UNSET
    args = Undo(change_id)
    undoing.apply(call, args, undoing.plan(call, args), "undo_note")


@pytest.mark.parametrize("name", ["Sub/Plan.md", "Sub/Plan", "Plan", "plan", "[[Plan]]"])
def test_a_note_is_found_by_any_of_its_names(call: Call, vault: Path, name: str) -> None:
    write(vault, {"Sub/Plan.md": "a\n"})
    done = edit(call, name, Op("replace_text", old="a", new="b"))
    assert (vault / "Sub/Plan.md").read_bytes() == b"b\n"
    assert [one.path for one in done.files] == [str(vault / "Sub/Plan.md")]
    assert call.touched == [str(vault / "Sub/Plan.md")]


def test_every_other_byte_stays_and_undo_brings_the_old_ones_back(call: Call, vault: Path) -> None:
    old = b"\xef\xbb\xbf---\r\n# c\r\ntags: [a]  \r\n---\r\n# H \r\ntext\t\r\n\r\n```x\r\n# no\r\n```\r\n%%plugin%% \r\nlast"
    write(vault, {"n.md": old})
    done = edit(call, "n", Op("append", target="H", new="new"), Op("add_tags", tags=["b"]))
    new = old.replace(b"[a]", b"[a, b]").replace(b"%%plugin%% \r\nlast", b"%%plugin%% \r\nlast\r\n\r\nnew")
    assert (vault / "n.md").read_bytes() == new
    assert done.files[0].etag == of_content(new)
    undo(call, done.change_id)
    assert (vault / "n.md").read_bytes() == old


def test_a_dry_run_shows_the_diff_and_changes_nothing(call: Call, vault: Path) -> None:
    write(vault, {"n.md": "é\nb\n"})
    args = EditNote("n", [Op("replace_text", old="b", new="ü")])
    planned = edit_note.plan(call, args)
    shown = edit_note.preview(call, args, planned)
    assert shown.changed
    assert shown.files[0].diff == f"--- {vault}/n.md\n+++ {vault}/n.md\n@@ -1,2 +1,2 @@\n é\n-b\n+ü\n"
    assert planned.plan.writes == [f"{vault}/n.md"]
    assert (vault / "n.md").read_text() == "é\nb\n"


def test_an_edit_that_changes_nothing_leaves_no_record(call: Call, vault: Path) -> None:
    write(vault, {"n.md": "---\na: 1\n---\n"})
    before = os.stat(vault / "n.md")
    done = edit(call, "n", Op("set_property", target="a", value=1))
    assert not done.changed
    assert done.change_id is msgspec.UNSET
    assert os.stat(vault / "n.md").st_mtime_ns == before.st_mtime_ns


def test_another_state_than_was_read_is_a_conflict(call: Call, vault: Path) -> None:
    write(vault, {"n.md": "a\n"})
    with pytest.raises(ConflictError, match="changed since it was read"):
        edit(call, "n", Op("append", new="x"), if_match="0" * 32)
    args = EditNote("n", [Op("append", new="x")])
    planned = edit_note.plan(call, args)
    write(vault, {"n.md": "newer\n"})
    with pytest.raises(ConflictError, match="changed since it was read"):
        edit_note.apply(call, args, planned)
    assert (vault / "n.md").read_text() == "newer\n"
    assert undoing.preview(call, Undo(), undoing.plan(call, Undo())).changes == []


def test_where_several_notes_are_called_so_they_are_named(call: Call, vault: Path) -> None:
    write(vault, {"a/Plan.md": "x", "b/Plan.md": "y"})
    with pytest.raises(ToolError, match=r"a/Plan\.md; b/Plan\.md"):
        edit(call, "Plan", Op("append", new="x"))


@pytest.mark.parametrize(
    ("content", "new", "said"),
    [
        ("text".encode("utf-16"), "x", "UTF-16"),
        (b"a\0b", "x", "no text"),
        (b"caf\xe9\n", "é", "not UTF-8"),
    ],
)
def test_what_is_no_text_in_utf_8_is_not_damaged(call: Call, vault: Path, content: bytes, new: str, said: str) -> None:
    write(vault, {"n.md": content})
    with pytest.raises(ToolError, match=said):
        edit(call, "n", Op("append", new=new))
    assert (vault / "n.md").read_bytes() == content


def test_invalid_utf_8_stays_byte_for_byte_under_a_plain_edit(call: Call, vault: Path) -> None:
    write(vault, {"n.md": b"# caf\xe9\n\xff\xff\nb\n"})
    edit(call, "n", Op("replace_text", old="b", new="c"), Op("append", new="d"))
    assert (vault / "n.md").read_bytes() == b"# caf\xe9\n\xff\xff\nc\n\nd\n"


def test_a_note_of_a_million_lines_is_edited(call: Call, vault: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(1_000_000))
    write(vault, {"n.md": text + "# Last\n"})
    edit(call, "n", Op("append", target="Last", new="x"), Op("replace_text", old="line 500000\n", new="y\n"))
    assert (vault / "n.md").read_text() == text.replace("line 500000\n", "y\n") + "# Last\nx\n"


def test_a_note_of_fifty_megabytes_is_edited_and_a_larger_one_than_memory_takes_is_refused(
    call: Call, vault: Path
) -> None:
    content = b"word " * 10_000_000
    write(vault, {"n.md": content})
    edit(call, "n", Op("append", new="end"))
    assert (vault / "n.md").read_bytes() == content + b"\n\nend"
    os.truncate(vault / "n.md", 65 << 20)
    with pytest.raises(ToolError, match="too large to edit"):
        edit(call, "n", Op("append", new="x"))


def test_an_attachment_is_no_note(call: Call, vault: Path) -> None:
    write(vault, {"a.txt": "x"})
    with pytest.raises(ToolError, match="is no note"):
        edit(call, "a.txt", Op("append", new="x"))


def test_a_folder_that_is_only_read_keeps_its_notes(make_call: MakeCall, vault: Path) -> None:
    write(vault, {"n.md": "a\n"})
    with pytest.raises(ToolError, match="read-only"):
        edit(make_call((vault, "read")), "n", Op("append", new="x"))


@pytest.mark.parametrize("name", ["a#b.md", "a|b.md", "a^b.md", "[a].md", "a:b.md", "ä\u0308.md"])
def test_names_that_links_cannot_hold_are_edited_by_path(call: Call, vault: Path, name: str) -> None:
    write(vault, {name: "a\n"})
    edit(call, name, Op("append", new="x"))
    assert (vault / name).read_text() == "a\n\nx\n"
