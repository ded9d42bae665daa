"""Tags come into the properties and go from everywhere, whole words only."""

from __future__ import annotations

import pytest

from servers.notes.editing.operations import Op, apply
from servers.notes.editing.tags import named
from servers.runtime.errors import ToolError


def edit(text: str, op: Op) -> str:
    return apply(text.encode(), [op], "n.md").text.decode()


@pytest.mark.parametrize(
    ("text", "tags", "expected"),
    [
        ("text\n", ["a"], "---\ntags:\n  - a\n---\ntext\n"),
        ("---\ntags: [x]\n---\n", ["#a", "X"], "---\ntags: [x, a]\n---\n"),
        ("---\ntags:\n- x # c\n---\n", ["a/b"], "---\ntags:\n- x # c\n- a/b\n---\n"),
        ("---\ntags: x, z\n---\n", ["a"], "---\ntags:\n  - x\n  - z\n  - a\n---\n"),
        ("---\ntags:\n---\n", ["a"], "---\ntags:\n  - a\n---\n"),
        ("---\ntag: x\n---\n", ["été"], "---\ntag:\n  - x\n  - été\n---\n"),
        ("---\ntags: [a]\n---\n", ["A"], "---\ntags: [a]\n---\n"),
    ],
)
def test_tags_are_added_once(text: str, tags: list[str], expected: str) -> None:
    assert edit(text, Op("add_tags", tags=tags)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntags: [a, b]\n---\n", "---\ntags: [b]\n---\n"),
        ("---\ntags:\n  - '#a'\n  - b\n---\n", "---\ntags:\n  - b\n---\n"),
        ("---\ntags: a\n---\n", "---\ntags: []\n---\n"),
        ("one #a two #A\n#a three\n", "one two\nthree\n"),
        ("#a/b #ab `#a` [x](y#a) #a\n", "#a/b #ab `#a` [x](y#a)\n"),
        ("nothing here\n", "nothing here\n"),
    ],
)
def test_tags_are_taken_from_properties_and_text(text: str, expected: str) -> None:
    assert edit(text, Op("remove_tags", tags=["a"])) == expected


@pytest.mark.parametrize("tag", ["", "#", "12", "a b", "a,b", "a#b", "a\u2009b"])
def test_what_can_be_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(ToolError, match="can be no tag"):
        named([tag])


def test_tags_are_named_once() -> None:
    assert named(["#A", "a", "b/c"]) == ["A", "b/c"]
