"""The tool create_note on real files: what is there stays, and what is new is as it was asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from servers.notes.create_note import CreateNote, create_note
from servers.runtime.call import Call
from servers.runtime.changing import undoing
from servers.runtime.changing.changes import Changed
from servers.runtime.changing.undoing import Undo
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import ConflictError
from tests.servers.notes.conftest import MakeCall, write


def create(call: Call, **arguments: Any) -> Changed:
    args = CreateNote(**arguments)
    return create_note.apply(call, args, create_note.plan(call, args))


def test_a_note_is_created_with_its_folders_and_undo_takes_both_away(call: Call, vault: Path) -> None:
    done = create(call, path="New/Sub/Plan", content="text")
    assert (vault / "New/Sub/Plan.md").read_bytes() == b"text\n"
    assert [one.path for one in done.files] == [str(vault / "New/Sub/Plan.md")]
    assert done.change_id is not msgspec.UNSET
    args = Undo(done.change_id)
    undoing.apply(call, args, undoing.plan(call, args), "undo_note")
    assert sorted(path.name for path in vault.iterdir()) == [".obsidian"]


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"path": "a.md"}, "a.md"),
        ({"path": "a b"}, "a b.md"),
        ({"path": "x/v1.2"}, "x/v1.2.md"),
    ],
)
def test_it_lies_where_it_was_asked_for(call: Call, vault: Path, arguments: dict[str, str], path: str) -> None:
    create(call, **arguments)
    assert (vault / path).read_bytes() == b""


def test_properties_are_written_as_they_were_given(call: Call, vault: Path) -> None:
    create(call, path="n", content="text", properties={"tags": ["a", "b"], "up": "[[Top]]", "done": False, "size": 1.5})
    assert (vault / "n.md").read_text() == (
        '---\ntags:\n  - a\n  - b\nup: "[[Top]]"\ndone: false\nsize: 1.5\n---\ntext\n'
    )


def test_nothing_that_exists_is_overwritten(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "old", "B.md": "old"})
    for path, there in (("a", r"a\.md"), ("b", r"B\.md"), ("A.MD", r"a\.md")):
        with pytest.raises(ConflictError, match=f"the note {there} exists already"):
            create(call, path=path, content="new")
    create(call, path="a", content="new", on_exists="suffix")
    create(call, path="a", content="newer", on_exists="suffix")
    read = {path.name: path.read_text() for path in vault.glob("*.md")}
    assert read == {"a.md": "old", "B.md": "old", "a 1.md": "new\n", "a 2.md": "newer\n"}


def test_a_note_that_appears_at_the_last_moment_stays(call: Call, vault: Path) -> None:
    args = CreateNote(path="a", content="mine")
    planned = create_note.plan(call, args)
    write(vault, {"a.md": "theirs"})
    with pytest.raises(ConflictError):
        create_note.apply(call, args, planned)
    assert (vault / "a.md").read_text() == "theirs"


def test_a_template_is_filled_in_and_content_goes_below(call: Call, vault: Path) -> None:
    write(
        vault,
        {
            ".obsidian/templates.json": '{"folder": "T", "dateFormat": "YYYY"}',
            "T/Meeting.md": "---\ntags: [x]\n---\n# {{title}} {{date}}\n\n## Notes\n",
        },
    )
    create(call, path="Talk", template="Meeting", content="- one", properties={"who": "me"})
    year = datetime.now().astimezone().strftime("%Y")
    assert (vault / "Talk.md").read_text() == f"---\ntags: [x]\nwho: me\n---\n# Talk {year}\n\n## Notes\n- one\n"
    assert (vault / "T/Meeting.md").read_text().startswith("---\ntags: [x]\n---\n# {{title}}")


def test_a_daily_note_lies_where_the_vault_says(call: Call, vault: Path) -> None:
    daily = '{"folder": "Daily", "format": "YYYY/YYYY-MM-DD", "template": "T/Day"}'
    write(vault, {".obsidian/daily-notes.json": daily, "T/Day.md": "# {{date:D. MMMM}}\n"})
    create(call, daily="2026-05-01", content="text")
    assert (vault / "Daily/2026/2026-05-01.md").read_text() == "# 1. May\ntext\n"
    assert (vault / ".obsidian/daily-notes.json").read_text() == daily
    with pytest.raises(ConflictError, match="Use edit_note"):
        create(call, daily="2026-05-01")


def test_todays_note_needs_no_settings(call: Call, vault: Path) -> None:
    args = CreateNote(daily="today", dry_run=True)
    planned = create_note.plan(call, args)
    assert Path(planned.plan.writes[-1]).parent == vault
    assert create_note.preview(call, args, planned).changed
    assert not list(vault.glob("*.md"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "either `path` or `daily`"),
        ({"path": "a", "daily": "today"}, "either `path` or `daily`"),
        ({"path": "a", "properties": {"b": {"c": 1}}}, "what is deeper"),
        ({"path": "a/"}, "names a folder"),
        ({"path": "a#b"}, "links could not lead"),
        ({"path": "../a"}, "contains '..'"),
        ({"path": "/etc/a"}, "lies in no vault"),
        ({"daily": "someday"}, "neither `today` nor a date"),
        ({"path": "a", "template": "Missing"}, "There is no note Missing"),
        ({"path": "a", "content": "\ud800"}, "half of a character"),
        ({"path": "a", "content": "---\njunk\n---\n", "properties": {"a": 1}}, "no proper YAML"),
        ({"path": "a", "vault": "Other"}, "There is no vault Other"),
    ],
)
def test_what_cannot_be_created_is_said_and_nothing_is(
    call: Call, vault: Path, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(ToolError, match=said):
        create(call, **arguments)
    assert not list(vault.glob("**/*.md"))


def test_a_folder_with_an_odd_name_that_is_there_takes_new_notes(call: Call, vault: Path) -> None:
    (vault / "C# notes").mkdir()
    create(call, path="C# notes/a")
    assert (vault / "C# notes/a.md").exists()


def test_a_folder_that_is_only_read_gets_none(make_call: MakeCall, vault: Path) -> None:
    with pytest.raises(ToolError, match="read-only"):
        create(make_call((vault, "read")), path="a")
