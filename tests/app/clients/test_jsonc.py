"""The scanner agrees with the standard library on what is JSON, and says where a document is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clients.jsonc import (
    MAX_DEPTH,
    JsoncError,
    after_comments,
    after_comments_of_line,
    ends_in_line_comment,
    scan,
)

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def refuse(constant: str) -> Any:
    raise ValueError(constant)


def is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True


def scans(text: str) -> bool:
    try:
        scan(text)
    except JsoncError:
        return False
    return True


@given(DOCUMENTS, st.sampled_from([None, 1, "\t"]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_whatever_json_writes_scans(value: Any, indent: Any, ascii_only: bool) -> None:
    assert scans(json.dumps(value, indent=indent, ensure_ascii=ascii_only))


@given(
    DOCUMENTS, st.integers(0, 200), st.integers(0, 3), st.text('{}[],:"\\/*01eE.-+truefalsn \n\x00\x1fé', max_size=2)
)
@settings(max_examples=250, deadline=None)
def test_damaged_documents_are_judged_as_json_judges_them(value: Any, at: int, gone: int, new: str) -> None:
    text = json.dumps(value)
    at %= len(text) + 1
    damaged = text[:at] + new + text[at + gone :]
    assert scans(damaged) == is_json(damaged)


@given(st.dictionaries(st.text(max_size=5), DOCUMENTS, max_size=5), st.sampled_from([None, 2]))
@settings(max_examples=80, deadline=None)
def test_members_stand_where_the_scanner_says(value: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    found = scan(text).members or []
    assert {each.key: json.loads(text[each.value.start : each.value.end]) for each in found} == value
    assert all(text[each.comma] == "," for each in found[:-1])
    assert [each.comma for each in found[-1:]] == [-1] * bool(found)


WRONG = [
    ("", 1, 1, "ends too early"),
    ("{", 1, 2, "ends too early"),
    ('{"a": 1,\n  "b": 2,\n}', 3, 1, "a comma stands before the end"),
    ('{"a" 1}', 1, 6, 'expected ":"'),
    ('{"a": 1 "b": 2}', 1, 9, 'expected ","'),
    ("{a: 1}", 1, 2, "not JSON"),
    ("{'a': 1}", 1, 2, "double quotes"),
    ('{1: "a"}', 1, 2, "expected a key"),
    ('{"a": NaN}', 1, 7, "not JSON"),
    ('{"a": 01}', 1, 7, "not JSON"),
    ('{"a": "\t"}', 1, 7, "control character"),
    ('{"a": "\\x"}', 1, 7, "unknown escape"),
    ('{"a": 1} {}', 1, 10, "something follows"),
    ('{"a": 1}\r\n// note', 2, 1, "comments are not allowed"),
    ("\ufeff{}", 1, 1, "not JSON"),
    ("\u00a0{}", 1, 1, "not JSON"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), WRONG)
def test_a_fault_is_said_with_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(JsoncError, match=words) as caught:
        scan(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_fault_never_quotes_the_file() -> None:
    with pytest.raises(JsoncError) as caught:
        scan('{"token": hunter2}')
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ['// first\n{"a": 1}', '{"a": 1,}', "[1, /* two */ 2,]", '{"a": /**/ 1 // end\r\n}', '{"//": "/* no */"}', "{}//x"],
)
def test_comments_and_a_last_comma_belong_to_jsonc(text: str) -> None:
    scan(text, "jsonc")


@pytest.mark.parametrize("text", ['{"a": 1,,}', "{,}", "[,]", "/* {}", '{"a": 1} /', "{'a': 1}"])
def test_jsonc_allows_nothing_more(text: str) -> None:
    with pytest.raises(JsoncError):
        scan(text, "jsonc")


def test_nesting_is_bounded_without_recursion() -> None:
    scan("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(JsoncError, match="nested deeper"):
        scan("[" * 100_000)


def test_long_strings_and_comments_are_taken_in_one_step() -> None:
    scan(json.dumps({"a": 'x\\"' * 500_000}))
    scan("/*" + "*" * 1_000_000 + "/ {}", "jsonc")


def test_objects_below_the_depth_stay_closed() -> None:
    root = scan('{"a": {"b": {"c": 1}}}', depth=2)
    inner = (root.members or [])[0].value
    assert [each.key for each in inner.members or []] == ["b"]
    assert (inner.members or [])[0].value.members is None


def test_a_key_that_stands_twice_is_not_chosen() -> None:
    root = scan('{"a": 1, "\\u0061": 2, "b": 3}')
    assert root.member("b") is not None
    assert root.member("c") is None
    with pytest.raises(LookupError):
        root.member("a")


def test_the_end_of_comments_is_found() -> None:
    text = " // one\n /* two */ \n  x"
    assert text[: after_comments(text, 0, text.index("x"))].endswith("/* two */")
    assert text[: after_comments_of_line(text, 0)] == " // one"
    assert after_comments("   x", 0, 3) == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [("", False), (" \n", False), ("// a\n", True), ("// a", True), ("/* // */ ", False), ("// a\n/* b */", False)],
)
def test_a_comment_that_only_a_lines_end_closes_is_told(text: str, line: bool) -> None:
    assert ends_in_line_comment(text, 0, len(text)) is line
