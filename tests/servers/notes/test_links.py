"""Links lead where Obsidian would follow them: a table of cases over one vault."""

from __future__ import annotations

import pytest

from servers.notes import links
from servers.notes.names import MemoryNames

VAULT = MemoryNames(
    [
        "Home.md",
        "Plan.md",
        "work/Plan.md",
        "work/deep/Plan.md",
        "work/Notes.md",
        "private/Notes.md",
        "private/a/Far.md",
        "archive/2025/Far.md",
        "Version 1.2.md",
        "odd/C# ^and^ [x] | y.md",
        "pics/cat.png",
        "work/cat.png",
        "Caf\u00e9.md",
        "a/b/Same.md",
        "c/b/Same.md",
        "xb/Same2.md",
        "b/Same2.md",
        "twin/Twin.md",
        "twin/twin.md",
    ],
    {"work/Notes.md": ["Journal", "Far"], "private/Notes.md": ["Journal"], "Home.md": ["Start"]},
)

CASES = [
    # a bare name: the source's folder and what lies below it first, else the shortest path
    ("", "Home", "Home.md"),
    ("work/Notes.md", "Home", "Home.md"),
    ("Home.md", "Plan", "Plan.md"),
    ("work/Notes.md", "Plan", "work/Plan.md"),
    ("work/deep/X.md", "Plan", "work/deep/Plan.md"),
    ("private/X.md", "Plan", "Plan.md"),
    ("Home.md", "Notes", "work/Notes.md"),
    ("private/X.md", "Notes", "private/Notes.md"),
    ("Home.md", "Far", "private/a/Far.md"),
    # case, endings, spaces, accents
    ("", "home", "Home.md"),
    ("", "HOME.MD", "Home.md"),
    ("", " Home ", "Home.md"),
    ("", "Version 1.2", "Version 1.2.md"),
    ("", "Version\u00a01.2", "Version 1.2.md"),
    ("", "Cafe\u0301", "Caf\u00e9.md"),
    # paths: from the top, the end of one, rooted, relative
    ("", "work/Plan", "work/Plan.md"),
    ("private/X.md", "deep/Plan", "work/deep/Plan.md"),
    ("work/Notes.md", "/Plan", "Plan.md"),
    ("work/Notes.md", "/deep/Plan", ""),
    ("work/Notes.md", "./Plan", "work/Plan.md"),
    ("work/Notes.md", "../Plan", "Plan.md"),
    ("work/deep/Plan.md", "../../private/Notes.md", "private/Notes.md"),
    ("work/deep/Plan.md", "./../Plan", "work/Plan.md"),
    ("work/Notes.md", "../../Plan", ""),
    ("Home.md", "b/Same", "a/b/Same.md"),
    ("c/X.md", "b/Same", "c/b/Same.md"),
    ("", "b/Same2", "b/Same2.md"),
    ("", "nowhere/Plan", ""),
    # headings, blocks, the note itself
    ("", "Home#Top", "Home.md"),
    ("", "Home#Top#Sub", "Home.md"),
    ("", "Home#^id", "Home.md"),
    ("work/Notes.md", "#Top", "work/Notes.md"),
    ("", "#Top", ""),
    ("", "", ""),
    # attachments need their ending
    ("Home.md", "cat.png", "pics/cat.png"),
    ("work/Notes.md", "cat.png", "work/cat.png"),
    ("", "cat", ""),
    # aliases: only where no file has the name
    ("", "Start", "Home.md"),
    ("", "start", "Home.md"),
    ("private/X.md", "Journal", "private/Notes.md"),
    ("", "Nobody", ""),
]


@pytest.mark.parametrize(("source", "target", "expected"), CASES)
def test_a_link_leads_where_obsidian_leads(source: str, target: str, expected: str) -> None:
    assert links.resolve(VAULT, source, target).path == expected


def test_all_that_fit_are_told_best_first() -> None:
    found = links.resolve(VAULT, "private/X.md", "Plan")
    assert found.candidates == ("Plan.md", "work/Plan.md", "work/deep/Plan.md")
    assert found.ambiguous


def test_an_alias_is_marked_as_one() -> None:
    assert links.resolve(VAULT, "", "Start").by_alias
    assert not links.resolve(VAULT, "", "Home").by_alias


def test_names_that_differ_in_case_alone_are_both_candidates() -> None:
    assert links.resolve(VAULT, "", "twin/twin").candidates == ("twin/Twin.md", "twin/twin.md")


@pytest.mark.parametrize(
    ("target", "expected"),
    [("a", ("a", "")), ("a#b", ("a", "#b")), ("a#b#c", ("a", "#b#c")), ("#^x ", ("", "#^x")), ("a #b", ("a", "#b"))],
)
def test_a_target_is_split_at_its_first_mark(target: str, expected: tuple[str, str]) -> None:
    assert links.split(target) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [("https://x", True), ("mailto:a@b", True), ("//host/x", True), ("a/b.md", False), ("C.md", False), ("", False)],
)
def test_what_has_a_scheme_leads_out_of_the_vault(target: str, expected: bool) -> None:
    assert links.is_external(target) is expected
