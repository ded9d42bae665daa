"""note_links: backlinks with their lines, outgoing links, and the graph around a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.notes import note_links as rooms
from servers.notes.note_links import NoteLinks, note_links
from servers.runtime.call import Call
from tests.servers.notes.conftest import body, head, write


def ask(call: Call, note: str, **arguments: object) -> list[str]:
    return body(note_links(call, NoteLinks(note, **arguments))).splitlines()  # type: ignore[arg-type]


@pytest.fixture
def web(call: Call, vault: Path) -> Call:
    write(
        vault,
        {
            "A.md": "---\naliases: [First]\n---\nto [[B]] and [[C|see]]\n`[[D]]`\n",
            "B.md": "# B\n\nback to [[First]]\nand again [[a]] twice [[A]]\n",
            "C.md": "round to [[A]]\n![[pic.png]]\n",
            "in/D.md": "[up](../B.md) and [web](https://x.example/A)",
            "E.md": "[[in/D]] [[E]]",
            "pic.png": b"\x89PNG",
        },
    )
    return call


def test_backlinks_show_the_lines_they_stand_in(web: Call) -> None:
    assert ask(web, "A", direction="in") == [
        "in B.md:3: back to [[First]]",
        "in B.md:4: and again [[a]] twice [[A]]",
        "in C.md:1: round to [[A]]",
    ]


def test_outgoing_links_show_where_they_lead(web: Call) -> None:
    assert ask(web, "A", direction="out") == ["out 4: [[B]] -> B.md", "out 4: [[C|see]] -> C.md"]


def test_markdown_links_count_and_addresses_do_not(web: Call) -> None:
    assert ask(web, "B", direction="in") == [
        "in A.md:4: to [[B]] and [[C|see]]",
        "in in/D.md:1: [up](../B.md) and [web](https://x.example/A)",
    ]


def test_an_attachment_has_backlinks(web: Call) -> None:
    assert ask(web, "pic.png") == ["in C.md:2: ![[pic.png]]"]


def test_the_graph_names_who_links_to_whom(web: Call) -> None:
    assert sorted(ask(web, "D", depth=2)) == ["A.md -> B.md", "B.md -> A.md", "E.md -> in/D.md", "in/D.md -> B.md"]


def test_the_graph_ends_in_circles(web: Call) -> None:
    assert "C.md -> A.md" in ask(web, "A", depth=3)


def test_the_graph_is_bounded_and_says_so(call: Call, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(vault, {f"n{n}.md": f"[[n{n + 1}]] [[n{n + 2}]] [[n{n + 3}]]" for n in range(60)})
    monkeypatch.setattr(rooms, "NOTES_AT_MOST", 5)
    text = note_links(call, NoteLinks("n20", depth=3))
    assert "looked at 5 notes" in text.splitlines()[0]


def test_a_link_that_was_just_written_or_taken_out_is_known(web: Call, vault: Path) -> None:
    ask(web, "E", direction="in")
    write(vault, {"C.md.new": "now to [[E]]\n"})
    (vault / "C.md.new").replace(vault / "C.md")
    assert "in C.md:1: now to [[E]]" in ask(web, "E", direction="in")
    assert not [line for line in ask(web, "A", direction="in") if "C.md" in line]


def test_links_come_in_pages(call: Call, vault: Path) -> None:
    write(vault, {"hub.md": "x", **{f"n{n:02}.md": "[[hub]]" for n in range(25)}})
    text = note_links(call, NoteLinks("hub", limit=20))
    assert head(text)["links"] == "1-20/25"
    assert len(ask(call, "hub", limit=20, cursor=head(text)["next"])) == 5
