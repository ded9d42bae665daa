"""Names are equal as Obsidian takes them to be, and a table tells which files bear one."""

from __future__ import annotations

import pytest

from servers.notes.names import MemoryNames, MovedNames, is_note, key, title


@pytest.mark.parametrize(
    ("one", "other"),
    [("Plan", "plan"), ("STRASSE", "straße"), ("Caf\u00e9", "cafe\u0301"), ("\u00c9tude", "e\u0301TUDE")],
)
def test_case_and_the_form_of_accents_do_not_count(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_an_accent_counts() -> None:
    assert key("cafe") != key("caf\u00e9")


@pytest.mark.parametrize(
    ("path", "expected"), [("a/Plan.md", "Plan"), ("Plan.MD", "Plan"), ("a/x.png", "x.png"), ("v1.2.md", "v1.2")]
)
def test_a_title_is_the_name_without_its_ending(path: str, expected: str) -> None:
    assert title(path) == expected


def test_only_markdown_files_are_notes() -> None:
    assert [path for path in ("a.md", "b.MD", "c.markdown", "d.png", "md") if is_note(path)] == ["a.md", "b.MD"]


def test_files_that_share_a_name_are_all_found() -> None:
    names = MemoryNames(["a/Plan.md", "b/plan.md", "Other.md"])
    assert sorted(names.named("PLAN.md")) == ["a/Plan.md", "b/plan.md"]


def test_an_alias_leads_to_its_notes() -> None:
    assert MemoryNames(["a.md"], {"a.md": ["First One"]}).aliased("first one") == ["a.md"]


def test_moves_are_seen_as_already_made() -> None:
    names = MovedNames(MemoryNames(["a/Plan.md", "b/Other.md"], {"a/Plan.md": ["P"]}), {"a/Plan.md": "c/Goal.md"})
    assert (names.named("Plan.md"), names.named("goal.md"), names.aliased("p")) == ([], ["c/Goal.md"], ["c/Goal.md"])
    assert names.named("Other.md") == ["b/Other.md"]
