"""read_note: a note, a section, a block, the outline, the properties, the links; page by page."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from servers.notes.read_note import ReadNote, read_note
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.notes.conftest import body, head, write

HOME = """---
aliases: [Start]
status: open # why
---
# Home

See [[Plan#Goals|goals]], [[Nowhere]] and ![[cat.png]].

## Tasks

- one ^t1
- two

## Later
### Tasks
deep
"""


def read(call: Call, note: str, **arguments: object) -> str:
    return read_note(call, ReadNote(note, **arguments))  # type: ignore[arg-type]


@pytest.fixture
def home(call: Call, vault: Path) -> Call:
    write(vault, {"Home.md": HOME, "work/Plan.md": "# Plan\n## Goals\nwin\n", "cat.png": b"\x89PNG"})
    return call


def test_a_note_is_given_as_it_is_with_its_facts(home: Call, vault: Path) -> None:
    text = read(home, "Home")
    assert body(text) == HOME
    assert head(text)["lines"] == "1-16/16"
    assert len(head(text)["etag"]) == 32
    assert home.touched == [str(vault / "Home.md")]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("Home#Later", "## Later\n### Tasks\ndeep\n"),
        ("[[start#later]]", "## Later\n### Tasks\ndeep\n"),
        ("Home#Later#Tasks", "### Tasks\ndeep\n"),
        ("Home#^t1", "- one ^t1\n"),
    ],
)
def test_a_part_is_given_alone(home: Call, note: str, expected: str) -> None:
    assert body(read(home, note)) == expected


def test_several_sections_of_a_name_are_refused_with_their_places(home: Call) -> None:
    with pytest.raises(ToolError, match=r"2 sections .*Home > Tasks \(line 9\); Home > Later > Tasks \(line 15\)"):
        read(home, "Home#Tasks")


@pytest.mark.parametrize(("note", "words"), [("Home#Nope", r"no section Nope.*Home \(line 5\)"), ("Home#^no", r"\^t1")])
def test_a_part_that_is_not_there_is_refused_with_those_that_are(home: Call, note: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        read(home, note)


def test_the_outline_shows_levels_and_lines(home: Call) -> None:
    lines = body(read(home, "Home", part="outline")).splitlines()
    assert lines == [
        "# Home  (line 5)",
        "  ## Tasks  (line 9)",
        "  ## Later  (line 14)",
        "    ### Tasks  (line 15)",
        "^t1  (line 11)",
    ]


def test_properties_are_given_as_they_are_written(home: Call) -> None:
    assert body(read(home, "Home", part="properties")) == "aliases: [Start]\nstatus: open # why\n"


def test_broken_properties_are_told_and_the_text_is_given(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "---\nx: [1, \ny: : :\n  - z\n---\nthe text\n"})
    assert "(" in body(read(call, "a", part="properties"))
    assert "the text" in read(call, "a")


def test_links_are_followed(home: Call) -> None:
    assert body(read(home, "Home", part="links")).splitlines() == [
        "7: [[Plan#Goals|goals]] -> work/Plan.md#Goals",
        "7: [[Nowhere]] -> nothing has this name",
        "7: ![[cat.png]] -> cat.png",
    ]


def test_pages_go_on_where_the_last_one_ended(call: Call, vault: Path) -> None:
    text = "".join(f"line {n}\n" for n in range(500))
    write(vault, {"a.md": text})
    got, cursor, pages = "", "", 0
    while True:
        one = read(call, "a", max_chars=700, cursor=cursor)
        got, cursor, pages = got + body(one), head(one).get("next", ""), pages + 1
        if not cursor:
            break
    assert got == text
    assert pages > 3
    assert head(one)["lines"].endswith("-500/500")


def test_a_cursor_into_a_note_that_changed_is_refused(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "line\n" * 500})
    cursor = head(read(call, "a", max_chars=100))["next"]
    write(vault, {"a.md": "other\n" * 500})
    with pytest.raises(ToolError, match="changed"):
        read(call, "a", max_chars=100, cursor=cursor)


def test_reading_begins_at_a_line(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "1\n2\n3\n"})
    assert body(read(call, "a", start=2)) == "2\n3\n"
    with pytest.raises(ToolError, match="line 3"):
        read(call, "a", start=9)


def test_an_empty_note_has_no_lines(call: Call, vault: Path) -> None:
    write(vault, {"a.md": ""})
    assert head(read(call, "a"))["lines"] == "0-0/0"


def test_a_note_that_is_no_utf_8_is_shown_and_that_is_said(call: Call, vault: Path) -> None:
    write(vault, {"a.md": b"gr\xfc\xdfe"})
    text = read(call, "a")
    assert (head(text)["encoding"], body(text)) == ("not-utf-8", "gr\ufffd\ufffde")


@pytest.mark.parametrize(
    "content", [b"x" * 50_000_000, b"line of text\n" * 4_000_000, b"\n" * 1_000_000, b"# h\n" * 300_000]
)
def test_a_very_large_note_is_read_in_pages(call: Call, vault: Path, content: bytes) -> None:
    write(vault, {"big.md": content})
    begun = time.monotonic()
    text = read(call, "big", max_chars=1000)
    assert len(body(text)) <= 1000
    assert head(text)["next"]
    assert "headings=" in read(call, "big", part="outline", max_chars=1000)
    assert time.monotonic() - begun < 100


@pytest.mark.skipif(os.name == "nt", reason="the system has no such names")
@pytest.mark.parametrize("name", ["a#b", "c|d", "e^f", "[g]", "h:i", "j%20k", "l\u202em"])
def test_odd_names_are_read_by_title_and_by_path(call: Call, vault: Path, name: str) -> None:
    write(vault, {f"in/{name}.md": "odd\n"})
    assert body(read(call, name)) == "odd\n"
    assert body(read(call, f"in/{name}.md")) == "odd\n"
