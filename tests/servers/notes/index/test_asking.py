"""A query is taken apart; nothing in it is ever syntax of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servers.notes.index.asking import Compared, Term, ask, is_empty
from servers.runtime.errors import ToolError
from tests.servers.notes.index.conftest import Index


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("one two", '"one" AND "two"'),
        ('"one two"', '"one two"'),
        ("pref*", '"pref" *'),
        ("one -two", '("one") NOT "two"'),
        ('one -"two three"', '("one") NOT "two three"'),
        ("title:one", 'title : "one"'),
        ('body:"one two"', 'body : "one two"'),
        ("a AND OR NOT NEAR(", '("a" OR "NOT") AND "NEAR("'),
        ("one OR two three", '("one" OR "two") AND "three"'),
        ("one OR #tag two", '"one" AND "two"'),
        ('OR one OR "or"', '("one" OR "or")'),
        ('say "', '"say"'),
        ("c++ ...", '"c++"'),
        ("日本", '" 日  本 "'),
        ("foo:bar", '"foo:bar"'),
        ("", ""),
    ],
)
def test_words_become_quoted_phrases(query: str, match: str) -> None:
    assert ask(query).match == match


def test_tags_are_asked_for_with_either_mark() -> None:
    asked = ask("#Work tag:deep/er -#old", tags=["#more"])
    assert (asked.tags, asked.without_tags) == (["more", "work", "deep/er"], ["old"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("property:status=done", Compared("status", "=", "done")),
        ('property:status="in progress"', Compared("status", "=", "in progress")),
        ("property:due>2026-01-01", Compared("due", ">", "2026-01-01")),
        ("prop:rating<5", Compared("rating", "<", "5")),
        ("property:status", Compared("status")),
    ],
)
def test_properties_are_compared(query: str, expected: Compared) -> None:
    assert ask(query).properties == [expected]


def test_a_prefix_of_one_letter_is_for_titles_only() -> None:
    asked = ask("b* word")
    assert (asked.starts, asked.terms) == (["b"], [Term("word")])


def test_a_place_for_all_words_can_be_named() -> None:
    assert ask("one", "title").match == 'title : "one"'


@pytest.mark.parametrize("query", ["-one", "-property:x", "property:=x", " ".join("abc" for _ in range(41))])
def test_what_cannot_be_asked_is_refused(query: str) -> None:
    with pytest.raises(ToolError):
        ask(query)


@pytest.mark.parametrize("query", ["", "   ", '""', "***", "- -", "!!!"])
def test_nothing_asked_is_known_as_that(query: str) -> None:
    assert is_empty(ask(query))


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.text(st.characters() | st.sampled_from(list('"*-:#()^{}=<>\0 ')), max_size=40))
def test_no_query_is_an_error_of_the_engine(index: Index, vault: Path, query: str) -> None:
    try:
        index.find(query) if not is_empty(ask(query)) else None
    except ToolError:
        return
