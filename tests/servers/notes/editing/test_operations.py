"""Operations on a note: what they do where they are meant, and that no other byte changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.notes.editing.operations import Op, apply
from servers.notes.parsing.note import parse
from servers.runtime.errors import ToolError
from tests.servers.notes.parsing.test_note import TEXTS

NOTE = """# Top
lead

## A

- one

### Deep
deep

## B
"""


def edit(text: str, *ops: Op) -> str:
    return apply(text.encode(), list(ops), "n.md").text.decode()


def words(text: str, *ops: Op) -> str:
    with pytest.raises(ToolError) as refused:
        edit(text, *ops)
    return refused.value.text


@pytest.mark.parametrize(
    ("op", "old", "new"),
    [
        (Op("append", new="end"), "## B\n", "## B\nend\n"),
        (Op("append", new="## C\nend"), "## B\n", "## B\n## C\nend\n"),
        (Op("append", target="A", new="- two"), "- one\n", "- one\n- two\n"),
        (Op("append", target="A", new="text"), "- one\n", "- one\n\ntext\n"),
        (Op("append", target="Top", new="more"), "lead\n", "lead\n\nmore\n"),
        (Op("append", target="B", new="b"), "## B\n", "## B\nb\n"),
        (Op("prepend", new="first"), "# Top\n", "first\n\n# Top\n"),
        (Op("prepend", target="Top", new="first"), "# Top\n", "# Top\nfirst\n\n"),
        (Op("insert_before", target="B", new="## A2\nx"), "## B\n", "## A2\nx\n\n## B\n"),
        (Op("insert_after", target="A", new="## A2\nx"), "deep\n", "deep\n\n## A2\nx\n"),
        (Op("replace_section", target="A", new="x"), "- one\n\n### Deep\ndeep\n", "x\n"),
        (Op("replace_section", target="A", new="## A2\n\nx\n"), "## A\n\n- one\n\n### Deep\ndeep\n", "## A2\n\nx\n"),
        (Op("replace_section", target="A > Deep", new="### Other"), "### Deep\ndeep\n", "### Other\n"),
        (Op("replace_section", target="Deep", new=""), "deep\n", ""),
        (Op("replace_section", target="B", new="b"), "## B\n", "## B\nb\n"),
        (Op("replace_text", old="one", new="1"), "one", "1"),
        (Op("replace_text", old="- one\n\n### Deep", new="x"), "- one\n\n### Deep", "x"),
        (Op("replace_text", old="deep", new="x", target="Deep", count=1), "deep\n", "x\n"),
    ],
)
def test_each_changes_what_it_names_and_nothing_else(op: Op, old: str, new: str) -> None:
    assert NOTE.count(old) == 1
    assert edit(NOTE, op) == NOTE.replace(old, new)


@pytest.mark.parametrize(
    ("text", "op", "expected"),
    [
        ("", Op("append", new="x"), "x\n"),
        ("a", Op("append", new="x"), "a\n\nx"),
        ("- a", Op("append", new="- b"), "- a\n- b"),
        ("- a\n  more\n", Op("append", new="- b"), "- a\n  more\n- b\n"),
        ("> a\n", Op("append", new="> b"), "> a\n> b\n"),
        ("| a |\n| - |\n", Op("append", new="| b |"), "| a |\n| - |\n| b |\n"),
        ("---\na: 1\n---\n", Op("append", new="x"), "---\na: 1\n---\nx\n"),
        ("---\na: 1\n---\ntext", Op("prepend", new="x"), "---\na: 1\n---\nx\n\ntext"),
        ("\ufefftext\n", Op("prepend", new="x"), "\ufeffx\n\ntext\n"),
        ("# H", Op("append", target="H", new="x"), "# H\nx"),
        ("# H\nold", Op("replace_section", target="H", new="x"), "# H\nx"),
        ("# H\n\nold\n\n\n# I\n", Op("replace_section", target="H", new="x"), "# H\n\nx\n\n\n# I\n"),
        ("a\n---\n", Op("prepend", new="x"), "x\n\na\n---\n"),
        ("\n---\n", Op("prepend", new="x"), "x\n\n---\n"),
        ("---\n", Op("insert_before", target="", new="x"), ""),
        ("a ^b1\n\nc\n", Op("replace_section", target="^b1", new="new\nlines"), "new\nlines ^b1\n\nc\n"),
        ("a ^b1\n\nc\n", Op("insert_after", target="^b1", new="x"), "a ^b1\n\nx\n\nc\n"),
        ("- a ^b1\n- c\n", Op("insert_after", target="^b1", new="- x"), "- a ^b1\n- x\n- c\n"),
    ],
)
def test_edges(text: str, op: Op, expected: str) -> None:
    if not expected:
        assert "needs `target`" in words(text, op)
    else:
        assert edit(text, op) == expected


def test_new_text_gets_the_line_ends_of_the_note() -> None:
    text = "# H\r\na\r\nb\r\n"
    assert edit(text, Op("append", new="x\ny")) == "# H\r\na\r\nb\r\n\r\nx\r\ny\r\n"
    assert edit(text, Op("replace_text", old="a\nb", new="1\n2\n3")) == "# H\r\n1\r\n2\r\n3\r\n"
    assert edit("a\r\nb\nc\n", Op("replace_text", old="b\nc", new="x\ny")) == "a\r\nx\ny\n"


def test_operations_are_made_one_after_the_other() -> None:
    done = edit(
        NOTE, Op("append", new="## C"), Op("append", target="C", new="c"), Op("replace_text", old="c\n", new="d\n")
    )
    assert done == NOTE + "## C\nd\n"


@pytest.mark.parametrize(
    ("op", "said"),
    [
        (Op("append", target="Missing", new="x"), "There is no section 'Missing' in n.md. It has: `Top`, `A`, `Deep`, `B`."),
        (Op("append", target="Topp", new="x"), "Like it: `Top`."),
        (Op("append", target="^none", new="x"), "There is no block ^none in n.md. It has none."),
        (Op("append"), "append needs `new`"),
        (Op("replace_text", new="x"), "needs `old`"),
        (Op("replace_text", old="absent", new="x"), "does not occur in n.md"),
        (Op("replace_text", old="e", new="x"), "occurs 6 times in n.md, not 1: at lines 2, 6, 8, 8, 9, 9"),
        (Op("replace_section", new="x"), "needs `target`"),
        (Op("set_property", value=1), "Name the property in `target`"),
        (Op("add_tags"), "needs `tags`"),
        (Op("add_tags", tags=["a b"]), "can be no tag"),
        (Op("append", new="\ud800"), "half of a character"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_nothing_is(op: Op, said: str) -> None:
    assert said in words(NOTE, op)


def test_the_operation_that_fails_is_named() -> None:
    assert words(NOTE, Op("append", new="x"), Op("append", target="No", new="x")).startswith(
        "Operation 2 of 2 (append): "
    )


def test_several_sections_of_one_name_are_named_with_their_paths_and_lines() -> None:
    text = "# P\n## Plan\n# Q\n## Plan\n"
    said = words(text, Op("append", target="Plan", new="x"))
    assert "2 sections of n.md fit 'Plan': `P > Plan` (line 2); `Q > Plan` (line 4)" in said
    assert "its whole path" in said
    assert edit(text, Op("append", target="Q > Plan", new="x")) == text + "x\n"


def test_sections_that_nothing_but_the_line_tells_apart_are_named_by_it() -> None:
    text = "# P\n# P\n"
    assert "as target `line 12`" in words(text, Op("append", target="P", new="x"))
    assert edit(text, Op("append", target="line 1", new="x")) == "# P\nx\n\n# P\n"


def test_headings_that_are_code_are_no_targets() -> None:
    assert "There is no section" in words("```\n# H\n```\n    # H\n", Op("append", target="H", new="x"))


def test_a_block_that_stands_twice_is_not_chosen_from() -> None:
    assert "^x stands 2 times in n.md: at lines 1, 3" in words("a ^x\n\nb ^x\n", Op("append", target="^x", new="c"))


@given(
    TEXTS,
    st.sampled_from(["append", "prepend"]),
    st.sampled_from(["words", "- item\n", "## Heading\n\ntext", "\n\nlines\n"]),
)
def test_what_is_put_in_leaves_all_the_rest(content: bytes, op: str, new: str) -> None:
    pieces = apply(content, [Op(op, new=new)], "n.md")  # pyright: ignore[reportArgumentType]
    (splice,) = pieces.splices()
    assert splice.start == splice.end
    assert pieces.text == content[: splice.start] + splice.new + content[splice.start :]
    assert splice.start >= parse(content).body
    eol = b"\r\n" if parse(content).eol == "\r\n" else b"\n"
    assert new.strip("\n").replace("\n", eol.decode()).encode() in splice.new


@given(
    TEXTS,
    st.integers(0, 30),
    st.sampled_from(["append", "prepend", "replace_section", "insert_before", "insert_after"]),
)
def test_a_sections_edit_stays_within_it(content: bytes, number: int, op: str) -> None:
    note = parse(content)
    if not note.headings:
        return
    heading = note.headings[number % len(note.headings)]
    line = content.count(b"\n", 0, heading.start) + 1
    if f"line {line}" in [one.text for one in note.headings]:
        return
    pieces = apply(content, [Op(op, target=f"line {line}", new="new words")], "n.md")  # pyright: ignore[reportArgumentType]
    new = pieces.text
    assert b"new words" in new
    for splice in pieces.splices():
        assert heading.start <= splice.start <= splice.end <= heading.end
    before = [one.text for one in note.headings if one.start < heading.start]
    assert [one.text for one in parse(new).headings][: len(before)] == before
    assert new.startswith(content[: heading.start])
    assert new.endswith(content[heading.end :])
