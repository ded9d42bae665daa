"""Names, tags, folders and links, asked of the index."""

from __future__ import annotations

from pathlib import Path

from servers.notes.index import lookups
from servers.notes.index.lookups import Counted, IndexNames
from tests.servers.notes.conftest import write
from tests.servers.notes.index.conftest import Index

NOTES = {
    "Home.md": "---\naliases: [Start]\n---\n[[Plan]] [[work/Plan]] [[Nowhere]] ![[pic.png]] #One",
    "work/Plan.md": "[[Start]] [[no/Home]] #one/two",
    "play/Plan.md": "[up](../Home.md)",
    "Alone.md": "[[Alone]]",
    "pic.png": b"\x89PNG",
}


def test_names_are_those_of_all_files(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    names = IndexNames(index.call, index.refresh())
    assert sorted(names.named("PLAN.md")) == ["play/Plan.md", "work/Plan.md"]
    assert names.named("pic.png") == ["pic.png"]
    assert names.aliased("start") == ["Home.md"]


def test_tags_are_counted_in_order(index: Index, vault: Path) -> None:
    write(vault, {**NOTES, "x.md": "#ONE"})
    ask = index.refresh().ask
    assert ask(index.call, lookups.tags) == [Counted("ONE", 2), Counted("one/two", 1)]
    assert ask(index.call, lambda db: lookups.tags(db, "one/")) == [Counted("one/two", 1)]


def test_folders_are_counted(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    found = index.refresh().ask(index.call, lookups.folders)
    assert found == [Counted("", 2), Counted("play", 1), Counted("work", 1)]


def test_titles_are_completed(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    assert sorted(index.refresh().ask(index.call, lambda db: lookups.titles(db, "pl", 10))) == [
        "play/Plan.md",
        "work/Plan.md",
    ]


def test_titles_like_another_are_found(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    assert index.refresh().ask(index.call, lambda db: lookups.alike(db, "Hoem", 3)) == ["Home.md"]


def test_sources_are_found_by_name_and_by_alias(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    found = index.refresh().ask(index.call, lambda db: lookups.sources(db, "Home.md"))
    assert sorted(found) == [("play/Plan.md", "../Home.md"), ("work/Plan.md", "Start"), ("work/Plan.md", "no/Home")]


def test_links_that_may_be_broken_are_listed(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    found = index.refresh().ask(index.call, lambda db: lookups.doubtful_links(db, [], 100))
    pairs = [(one.source, one.target) for one in found]
    assert ("Home.md", "Nowhere") in pairs
    assert ("work/Plan.md", "no/Home") in pairs
    assert ("Home.md", "Plan") not in pairs
    rest = index.keeper.ask(index.call, lambda db: lookups.doubtful_links(db, found[0].after, 100))
    assert rest == found[1:]


def test_notes_that_nobody_names_are_orphans(index: Index, vault: Path) -> None:
    write(vault, NOTES)
    found = dict(index.refresh().ask(index.call, lambda db: lookups.maybe_orphans(db, "", "", 100)))
    assert found["Alone.md"] is False
    assert found["play/Plan.md"] is True
    assert found["Home.md"] is True  # only paths lead there: they have to be followed
