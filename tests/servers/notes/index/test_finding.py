"""Notes found by words, tags, properties, folder and time; ranked and bounded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.notes.index import asking, finding
from servers.notes.index.finding import Wanted
from tests.servers.notes.conftest import write
from tests.servers.notes.index.conftest import Index

NOTES = {
    "Garden.md": "---\ntags: [home/garden]\nrating: 3\nstatus: open\n---\nApples and p\u00eaches, the quick brown fox.",
    "work/Plan.md": "---\ntags: [work]\nrating: 10\ndue: 2026-03-01\nstatus: In Progress\n---\nThe garden plan: quick wins.",
    "work/Log.md": "---\ntags: [work, home]\ndue: 2026-09-01\n---\nBrown paper, quickly packed. 日本語のノート",
    "play/Chess.md": "Quick moves. Foo-bar, snake_case and 中文笔记. \U0001f389 Ca\u0308sar",
    "play/Gardening.md": "x",
}

CASES = [
    ("quick", ["Garden.md", "work/Plan.md", "play/Chess.md"]),
    ("quick brown", ["Garden.md"]),
    ('"quick brown"', ["Garden.md"]),
    ('"brown quick"', []),
    ("quick*", ["Garden.md", "work/Plan.md", "work/Log.md", "play/Chess.md"]),
    ("QUICK -brown", ["work/Plan.md", "play/Chess.md"]),
    ("peches", ["Garden.md"]),
    ("P\u00caCHES", ["Garden.md"]),
    ("casar", ["play/Chess.md"]),
    ("日本", ["work/Log.md"]),
    ("ノート", ["work/Log.md"]),
    ("笔", ["play/Chess.md"]),
    ("本日", []),
    ("foo-bar", ["play/Chess.md"]),
    ("snake_case", ["play/Chess.md"]),
    ("case", ["play/Chess.md"]),
    ("title:garden", ["Garden.md"]),
    ("title:garden*", ["Garden.md", "play/Gardening.md"]),
    ("path:work", ["work/Plan.md", "work/Log.md"]),
    ("#home", ["Garden.md", "work/Log.md"]),
    ("tag:home/garden", ["Garden.md"]),
    ("#work -#home", ["work/Plan.md"]),
    ("#work quick", ["work/Plan.md"]),
    ("property:rating", ["Garden.md", "work/Plan.md"]),
    ("property:rating=10", ["work/Plan.md"]),
    ("property:rating>3", ["work/Plan.md"]),
    ("property:rating<10", ["Garden.md"]),
    ("property:due>2026-06", ["work/Log.md"]),
    ('property:status="in progress"', ["work/Plan.md"]),
    ("property:tags=work", ["work/Plan.md", "work/Log.md"]),
    ("apples OR paper", ["Garden.md", "work/Log.md"]),
    ("nothing-of-that-kind", []),
]


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_a_query_finds_what_fits(index: Index, vault: Path, query: str, expected: list[str]) -> None:
    write(vault, NOTES)
    assert sorted(index.find(query)) == sorted(expected)


def test_a_title_counts_more_than_the_text_and_a_whole_title_most(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    assert index.find("garden*", title="garden")[:2] == ["Garden.md", "play/Gardening.md"]
    assert index.find("plan", title="plan")[0] == "work/Plan.md"


def test_only_a_folder_is_looked_at(index: Index, vault: Path) -> None:
    write(vault, {**NOTES, "work/deep/a.md": "quick", "workshop/b.md": "quick"})
    assert sorted(index.find("quick", folder="work")) == ["work/Plan.md", "work/deep/a.md"]


def test_only_notes_changed_after_a_time_are_found(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    os.utime(vault / "Garden.md", ns=(10**18 + 1, 10**18 + 1))
    assert "Garden.md" not in index.find("quick", after=10**18 + 2)
    assert "Garden.md" in index.find("quick", after=10**18)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("mtime", ["b.md", "c.md", "a.md"]), ("-mtime", ["a.md", "c.md", "b.md"]), ("title", ["a.md", "b.md", "c.md"])],
)
def test_notes_come_in_the_order_asked_for(index: Index, vault: Path, sort: str, expected: list[str]) -> None:
    for number, name in enumerate(("b.md", "c.md", "a.md")):
        write(vault, {name: "quick"})
        os.utime(vault / name, ns=(10**18 + number + 1, 10**18 + number + 1))
    assert index.find("quick", sort=sort) == expected


def test_of_very_many_the_newest_are_looked_at_and_that_is_said(
    index: Index, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 10)
    for number in range(15):
        write(vault, {f"n{number}.md": "everywhere"})
        os.utime(vault / f"n{number}.md", ns=(10**18 + number + 1, 10**18 + number + 1))
    keeper = index.refresh()
    page = keeper.ask(index.call, lambda db: finding.find(db, asking.ask("everywhere"), Wanted(), 5))
    assert (page.total, page.bounded, len(page.hits)) == (10, True, 5)
    assert "n0.md" not in [hit.path for hit in page.hits]
