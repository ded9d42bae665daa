"""The lines that are shown of a note are those in which a query's words stand."""

from __future__ import annotations

import pytest

from servers.notes import snippets
from servers.notes.index.asking import Term, ask

TEXT = "---\ntags: [x]\n---\n# Top\n\nFirst line of it.\nThe Caf\u00e9 opens, early.\nNothing.\nOpens late; caf\u00e9s too. 日本語の文\n"


def shown(query: str, text: str = TEXT) -> list[int]:
    return [number for number, _ in snippets.lines(text, ask(query).terms)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cafe", [7]),
        ("cafe*", [7, 9]),
        ("OPENS", [7, 9]),
        ("cafe opens", [7, 9]),
        ('"cafe opens"', [7]),
        ('"opens early"', [7]),
        ("本語", [9]),
        ("pens", [4]),
        ("nowhere", [4]),
    ],
)
def test_lines_hold_the_words(query: str, expected: list[int]) -> None:
    assert shown(query) == expected


def test_lines_with_more_of_the_words_come_before_others() -> None:
    text = "a\na\na b\n" * 3
    assert shown("a b", text) == [3, 6]


def test_a_long_line_is_cut_around_the_word() -> None:
    text = "word " * 500 + "needle " + "word " * 500
    ((number, line),) = snippets.lines(text, [Term("needle")])
    assert number == 1
    assert "needle" in line
    assert len(line) <= snippets.WIDTH + 2
    assert line.startswith("…")
    assert line.endswith("…")


def test_folding_keeps_every_place() -> None:
    text = "\u0130stanbul \ufb01n \u00df \u212b e\u0301"
    assert len(snippets.folded(text)) == len(text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("first cafe", True), ("first absent", False), ("first OR absent", True), ("title", True), ("ti*", True)],
)
def test_all_words_are_looked_for_in_all_texts(query: str, expected: bool) -> None:
    assert snippets.holds_all(ask(query).groups, (TEXT, "in/Title.md")) is expected


def test_many_matches_in_one_line_take_no_time_to_count() -> None:
    assert shown("x", "x " * 300_000) == [1]
