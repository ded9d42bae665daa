import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.filesystem import edits
from servers.filesystem.edits import Edit
from servers.runtime.changing import text
from servers.runtime.errors import ToolError


def edited(own: str, *changes: Edit, trusted: bool = False) -> str:
    return edits.apply(own, list(changes), path="/f", trusted_lines=trusted).text


@pytest.mark.parametrize(
    ("own", "changes", "expected"),
    [
        ("a b c", [Edit("B", "b")], "a B c"),
        ("a a a", [Edit("b", "a", 3)], "b b b"),
        ("a a a", [Edit("b", "a", 0)], "b b b"),
        ("x\r\ny\r\n", [Edit("1\n2", "x\ny")], "1\r\n2\r\n"),
        ("x\r\ny\r\n", [Edit("1\r\n2", "x\r\ny")], "1\r\n2\r\n"),
        ("x\ny\r\nz\n", [Edit("Y\n", "y\n")], "x\nY\r\nz\n"),
        ("x\ry\r", [Edit("1\n2", "x\ny")], "1\r2\r"),
        ("one", [Edit("two", "one"), Edit("three", "two")], "three"),
        ("abab", [Edit("", "ab", 2)], ""),
        ("aaaa", [Edit("b", "aa", 2)], "bb"),
        ("tab\there", [Edit("TAB\tHERE", "tab\there")], "TAB\tHERE"),
    ],
)
def test_exact_text_is_replaced(own: str, changes: list[Edit], expected: str) -> None:
    assert edited(own, *changes) == expected


@pytest.mark.parametrize(
    ("own", "change", "words"),
    [
        ("a a\na", Edit("b", "a"), "occurs 3 times in /f, not 1: at lines 1, 1, 2"),
        ("a", Edit("b", "a", 2), "occurs 1 times in /f, not 2"),
        ("a", Edit("b", "z"), "does not occur in /f. Nothing was changed"),
        ("a", Edit("b", ""), "`old` is empty"),
        ("a", Edit("b", "a", start=1), "not both"),
        ("a\n", Edit("b", start=1, end=1), "need `if_match`"),
    ],
)
def test_what_is_not_meant_exactly_is_refused_in_words(own: str, change: Edit, words: str) -> None:
    with pytest.raises(ToolError, match=words.replace("`", ".")):
        edited(own, change)


def test_the_edit_that_fails_is_named() -> None:
    with pytest.raises(ToolError, match="Edit 2 of 2"):
        edited("a b", Edit("x", "a"), Edit("y", "a"))


def test_spaces_are_never_guessed() -> None:
    with pytest.raises(ToolError, match="differs only in spaces"):
        edited("if x:\n\treturn 1\n", Edit("b", "if x:\n    return 1\n"))


@pytest.mark.parametrize(
    ("own", "changes", "expected"),
    [
        ("1\n2\n3\n", [Edit("two\n", start=2, end=2)], "1\ntwo\n3\n"),
        ("1\n2\n3\n", [Edit("two", start=2, end=2)], "1\ntwo\n3\n"),
        ("1\n2\n3\n", [Edit("", start=2, end=3)], "1\n"),
        ("1\n2\n", [Edit("new", start=2, end=1)], "1\nnew\n2\n"),
        ("1\n2\n", [Edit("new", start=3, end=2)], "1\n2\nnew\n"),
        ("1\n2", [Edit("new", start=3, end=2)], "1\n2\nnew"),
        ("1\n2", [Edit("new", start=2, end=2)], "1\nnew"),
        ("1\r\n2\r\n", [Edit("new", start=1, end=1)], "new\r\n2\r\n"),
        ("1\n2\n3\n", [Edit("a\nb", start=1, end=1), Edit("c", start=3, end=3)], "a\nb\n2\nc\n"),
        ("", [Edit("first\n", start=1)], "first\n"),
    ],
)
def test_lines_are_replaced_as_they_were_numbered(own: str, changes: list[Edit], expected: str) -> None:
    assert edited(own, *changes, trusted=True) == expected


@pytest.mark.parametrize("change", [Edit("x", start=5, end=5), Edit("x", start=2, end=9), Edit("x", start=3, end=1)])
def test_lines_that_are_not_there_are_refused(change: Edit) -> None:
    with pytest.raises(ToolError, match="lines"):
        edited("1\n2\n", change, trusted=True)


def test_lines_changed_by_an_earlier_edit_are_refused() -> None:
    with pytest.raises(ToolError, match="changed by an earlier edit"):
        edited("1\n2\n3\n", Edit("", start=1, end=3), Edit("x", start=2, end=2), trusted=True)


TEXTS = st.lists(st.sampled_from(["a", "b", "é", " ", "\n", "\r\n", "\r"]), max_size=25).map("".join)


@given(TEXTS, st.data())
def test_an_edit_keeps_every_other_byte(own: str, data: st.DataObject) -> None:
    encoding: text.Encoding = data.draw(st.sampled_from(["utf-8", "utf-8-bom", "utf-16-le", "latin-1"]))
    content = text.encode(own, encoding)
    decoded, found = text.decode(content)
    plain = text.Plain(decoded).text
    start = data.draw(st.integers(0, len(plain)))
    end = data.draw(st.integers(start, min(start + 5, len(plain))))
    old = plain[start:end]
    if not old or plain.count(old) != 1 or plain.find(old, plain.find(old) + 1) >= 0:
        return
    new = data.draw(st.text("xyz", max_size=4))
    after = text.encode(edited(decoded, Edit(new, old)), found)
    before_part = text.encode(decoded[: text.Plain(decoded).position(start)], found)
    behind = decoded[text.Plain(decoded).position(end) :]
    behind_part = text.encode(behind, found)[len(text.MARKS.get(found, b"")) :]
    assert after.startswith(before_part)
    assert after.endswith(behind_part)
    assert len(after) == len(before_part) + len(behind_part) + len(text.encode(new, found)) - len(
        text.MARKS.get(found, b"")
    )
