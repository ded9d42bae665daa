"""Values as YAML 1.2 reads them, as far as people write them at the top of notes."""

from __future__ import annotations

import pytest

from servers.notes.parsing.values import Value, scalar, tags_of, value_of, words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("word", "word"),
        ("two words # why", "two words"),
        ("no#comment", "no#comment"),
        ("", None),
        ("~", None),
        ("null", None),
        ("# only a comment", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("12", 12),
        ("-3", -3),
        ("4.5", 4.5),
        ("1e3", 1000.0),
        ("2024-05-01", "2024-05-01"),
        ("2024-05-01T10:00", "2024-05-01T10:00"),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        ("https://example.org/#x", "https://example.org/#x"),
        ("'it''s'", "it's"),
        ('"a\\tb\\u00e9\\"" # why', 'a\tbé"'),
        ("[]", []),
        ("[a, 'b, c', 3, true, ]", ["a", "b, c", 3, True]),
        ("[ a b , https://x.y ]", ["a b", "https://x.y"]),
    ],
)
def test_one_line(text: str, expected: Value) -> None:
    found = value_of([text])
    assert found.problem == ""
    assert found.value == expected
    assert type(found.value) is type(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["", "  - a", "  - 'b'", "  # c", "", "  - 3", "  -"], ["a", "b", 3, None]),
        (["", "- a", "- b c # why"], ["a", "b c"]),
        (["# why", "  - a"], ["a"]),
        (["|", "  one", "   two", "", "  three"], "one\n two\n\nthree\n"),
        (["|-", "  one"], "one"),
        ([">", "  one", "  two", "", "  three"], "one two\n\nthree\n"),
        (["[a,", "  b # why", "  ,c]"], ["a", "b", "c"]),
        (['"one', '  two"'], "one two"),
        (["|"], ""),
        (["|", "  "], ""),
        (["one", "  two"], "one two"),
    ],
)
def test_several_lines(lines: list[str], expected: Value) -> None:
    found = value_of(lines)
    assert (found.value, found.problem) == (expected, "")


@pytest.mark.parametrize(
    "lines", [["", "  a: 1"], ["", "  - a: 1"], ["{a: 1}"], ["[[x]]"], ["!tag x"], ["", "  - [x]"]]
)
def test_what_is_deeper_stays_as_it_is_written(lines: list[str]) -> None:
    found = value_of(lines)
    assert found.nested
    assert isinstance(found.value, str)


@pytest.mark.parametrize("lines", [["- x", "  y"], ["a", "- b"], ["a # why", "  b"], ["@a", "  b"]])
def test_what_yaml_would_refuse_in_several_lines_is_told(lines: list[str]) -> None:
    assert value_of(lines).problem


@pytest.mark.parametrize("text", ["'open", '"open \\"', "[a", "{a: 1"])
def test_what_is_never_closed_is_told(text: str) -> None:
    assert value_of([text]).open


def test_numbers_are_no_longer_than_they_can_be() -> None:
    assert scalar("9" * 5000) == "9" * 5000
    assert scalar("9" * 20) == float("9" * 20)


def test_words_and_tags_of_any_value() -> None:
    assert words_of(None) == []
    assert words_of(["a", None, 2]) == ["a", "2"]
    assert words_of("a, b c") == ["a", "b c"]
    assert tags_of("#a b,c") == ["a", "b", "c"]
    assert tags_of(["#a b", 2024]) == ["a b", "2024"]
