"""One property changes; comments, order, quotes and line ends of all others stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.notes.editing import properties
from servers.notes.parsing.note import parse
from servers.notes.parsing.values import Value
from servers.runtime.errors import ToolError

TOP = """---
# about this note
title: "A: B"   # quoted
tags: [a, 'b c', "d"] # flow
list:
    - one
    # between
    - two
text: |
  block

  more
empty:
Odd Key!: x
---
body: no
"""


def put(text: str, name: str, value: Value) -> str:
    return _made(text, properties.set_property(text.encode(), name, value, b"\n", "n.md"))


def drop(text: str, name: str) -> str:
    return _made(text, properties.remove_property(text.encode(), name, "n.md"))


def _made(text: str, splices: properties.Splices) -> str:
    content = text.encode()
    for splice in sorted(splices, key=lambda one: one.start, reverse=True):
        content = content[: splice.start] + splice.new + content[splice.end :]
    return content.decode()


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        ("title", "C", '"A: B"   #', "C   #"),
        ("TITLE", "C", '"A: B"   #', "C   #"),
        ("title", "A: B", "", ""),
        ("title", ["x"], ': "A: B"   # quoted\n', ": # quoted\n  - x\n"),
        ("tags", ["a", "b c"], ", \"d\"]", "]"),
        ("tags", ["a", "b c", "d", "e, f"], '"d"]', '"d", "e, f"]'),
        ("tags", "a", "[a, 'b c', \"d\"]", "a"),
        ("list", ["one", "two", "three"], "    - two\n", "    - two\n    - three\n"),
        ("list", ["two"], "    - one\n", ""),
        ("list", ["one", "2"], "    - two\n", '    - "2"\n'),
        ("list", [], "list:\n    - one\n    # between\n    - two\n", "list: []\n"),
        ("list", 3, "list:\n    - one\n    # between\n    - two\n", "list: 3\n"),
        ("text", "short", "text: |\n  block\n\n  more\n", "text: short\n"),
        ("empty", True, "empty:\n", "empty: true\n"),
        ("empty", ["x"], "empty:\n", "empty:\n  - x\n"),
        ("Odd Key!", "z", "Key!: x", "Key!: z"),
        ("new", 4.5, "x\n---\n", "x\nnew: 4.5\n---\n"),
        ("new: key", None, "x\n---\n", 'x\n"new: key":\n---\n'),
    ],
)  # fmt: skip
def test_only_the_named_property_changes(name: str, value: Value, old: str, new: str) -> None:
    assert put(TOP, name, value) == TOP.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("title", 'title: "A: B"   # quoted\n'),
        ("list", "list:\n    - one\n    # between\n    - two\n"),
        ("text", "text: |\n  block\n\n  more\n"),
        ("absent", ""),
    ],
)
def test_a_property_goes_with_its_own_lines(name: str, gone: str) -> None:
    assert drop(TOP, name) == TOP.replace(gone, "", 1)


def test_frontmatter_comes_with_the_first_property_and_goes_with_the_last() -> None:
    assert put("\ufefftext\n", "a", "b") == "\ufeff---\na: b\n---\ntext\n"
    assert drop("\ufeff---\na: b\n---\ntext\n", "a") == "\ufefftext\n"
    assert drop("---\n# kept\na: b\n---\n", "a") == "---\n# kept\n---\n"


def test_a_list_in_another_order_is_written_anew() -> None:
    assert put("---\na:\n- x\n- z\n---\n", "a", ["z", "x"]) == "---\na:\n- z\n- x\n---\n"


def test_a_comment_where_the_value_would_be_stays() -> None:
    assert put("---\na: # why\n---\n", "a", 1) == "---\na: 1 # why\n---\n"
    assert put("---\na: # why\n  - x\n---\n", "a", 1) == "---\na: 1 # why\n---\n"


def test_windows_line_ends_are_kept() -> None:
    splices = properties.set_property(b"---\r\na: 1\r\n---\r\n", "b", ["x"], b"\r\n", "n.md")
    assert splices[0].new == b"b:\r\n  - x\r\n"


@pytest.mark.parametrize(
    "text", ["---\njunk\n---\n", "---\na: 'open\n---\n", "---\na: 1\na: 2\n---\n", "---\na: [x\n---\n"]
)
def test_properties_that_cannot_be_told_apart_are_not_edited(text: str) -> None:
    with pytest.raises(ToolError, match="Mend them with replace_text first"):
        put(text, "b", 1)
    with pytest.raises(ToolError, match="no proper YAML"):
        drop(text, "a")


def test_a_value_that_yaml_refuses_stops_no_edit_elsewhere() -> None:
    assert put("---\na: b: c\nd: 1\n---\n", "d", 2) == "---\na: b: c\nd: 2\n---\n"


def test_the_first_of_several_names_that_there_is_gets_the_words() -> None:
    content = b"---\ntag: a\n---\n"
    splices = properties.change_words(content, ("tags", "tag"), ["a", "b"], b"\n", "n.md")
    assert _made(content.decode(), splices) == "---\ntag:\n  - a\n  - b\n---\n"


SCALARS = st.one_of(
    st.text(max_size=12), st.integers(-999, 999), st.booleans(), st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
)
VALUES = st.one_of(st.none(), SCALARS, st.lists(SCALARS, max_size=4))
LINES = st.lists(
    st.sampled_from(
        ["a: 1 # c\n", "b:\n  - x\n  - y\n", "c: [x, 'y']\n", "d: |\n  t\n\n", "# e\n", "f:\n  g: h\n", "\n"]
    ),
    unique=True,
    max_size=6,
)


@given(LINES, st.sampled_from(["a", "b", "c", "d", "f", "new name"]), VALUES, st.sampled_from(["\n", "\r\n"]))
def test_what_was_set_is_read_back_and_nothing_else_moved(lines: list[str], name: str, value: Value, eol: str) -> None:
    text = ("---\n" + "".join(lines) + "---\ntext\n").replace("\n", eol)
    before = parse(text.encode())
    splices = properties.set_property(text.encode(), name, value, eol.encode(), "n.md")
    after_text = _made(text, splices)
    after = parse(after_text.encode())
    assert after.frontmatter is not None
    assert after.frontmatter.problems == []
    assert after.properties[name] == value
    assert {**after.properties, name: None} == {**before.properties, name: None}
    assert after_text.endswith(f"---{eol}text{eol}")
    comments = [line for line in text.split(eol) if line.startswith("#")]
    assert [line for line in after_text.split(eol) if line.startswith("#")] == comments
    back = _made(after_text, properties.remove_property(after_text.encode(), name, "n.md"))
    assert {**parse(back.encode()).properties, name: None} == {**before.properties, name: None}
