"""list_notes: what there is, in pages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.notes.list_notes import ListNotes, list_notes
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.notes.conftest import MakeCall, body, head, write

NOTES = {
    "Home.md": "[[Plan]] [[Nowhere]] [[work/Plan]] #One",
    "work/Plan.md": "[[no/Home]] #one/two [x](Gone.md)",
    "work/deep/Log.md": "[[Log]]",
    "play/Plan.md": "see [[Home#Top]]",
    "pic.png": b"\x89PNG",
}


@pytest.fixture
def full(call: Call, vault: Path) -> Call:
    write(vault, NOTES)
    for number, path in enumerate(sorted(NOTES)):
        os.utime(vault / path, (1_700_000_000 + 60 * number, 1_700_000_000 + 60 * number))
    return call


def rows(call: Call, kind: str, **arguments: object) -> list[str]:
    text = list_notes(call, ListNotes(kind=kind, **arguments))  # type: ignore[arg-type]
    return [line.split("  ")[0] for line in body(text).splitlines()]


@pytest.mark.parametrize(
    ("kind", "folder", "expected"),
    [
        ("notes", "", ["Home.md", "play/Plan.md", "work/Plan.md", "work/deep/Log.md"]),
        ("notes", "work", ["work/Plan.md", "work/deep/Log.md"]),
        ("recent", "", ["work/deep/Log.md", "work/Plan.md", "play/Plan.md", "Home.md"]),
        ("folders", "", ["/", "play/", "work/", "work/deep/"]),
        ("folders", "work", ["work/", "work/deep/"]),
        ("tags", "", ["#One", "#one/two"]),
        ("attachments", "", ["pic.png"]),
        ("orphans", "", ["work/deep/Log.md"]),
        ("orphans", "work", ["work/deep/Log.md"]),
        ("broken_links", "", ["work/Plan.md -> Gone.md", "work/Plan.md -> no/Home", "Home.md -> Nowhere"]),
    ],
)
def test_each_kind_is_listed(full: Call, vault: Path, kind: str, folder: str, expected: list[str]) -> None:
    assert rows(full, kind, folder=folder) == expected


@pytest.mark.parametrize("kind", ["notes", "recent", "folders", "tags", "orphans", "broken_links", "attachments"])
def test_pages_hold_everything_once(call: Call, vault: Path, kind: str) -> None:
    write(vault, {f"f{n % 9}/n{n:02}.md": f"#t{n} [[gone{n}]]" for n in range(23)})
    write(vault, {f"f{n % 9}/a{n:02}.pdf": "x" for n in range(23)})
    for path in vault.rglob("*.md"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # all at one time
    whole = rows(call, kind)
    got: list[str] = []
    cursor = ""
    while True:
        text = list_notes(call, ListNotes(kind=kind, limit=5, cursor=cursor))  # type: ignore[arg-type]
        got += [line.split("  ")[0] for line in body(text).splitlines()]
        cursor = head(text).get("next", "")
        if not cursor:
            break
    assert got == whole
    assert len(got) >= 9


def test_a_link_that_an_unheard_edit_broke_is_listed(full: Call, vault: Path) -> None:
    rows(full, "broken_links")
    with (vault / "Home.md").open("a") as file:
        file.write(" [[Fresh]]")
    assert "Home.md -> Fresh" in rows(full, "broken_links")


def test_several_vaults_are_named_first(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"One/a.md": "", "Two/b.md": ""})
    call = make_call((tmp_path / "One", "read"), (tmp_path / "Two", "read"))
    assert rows(call, "notes") == ["One", "Two"]
    assert rows(call, "notes", vault="Two") == ["b.md"]


def test_tags_of_a_folder_are_refused_in_words(full: Call) -> None:
    with pytest.raises(ToolError, match="search"):
        rows(full, "tags", folder="work")


def test_another_lists_cursor_is_refused(full: Call) -> None:
    cursor = head(list_notes(full, ListNotes(limit=1)))["next"]
    with pytest.raises(ToolError, match="cursor"):
        rows(full, "recent", limit=1, cursor=cursor)
