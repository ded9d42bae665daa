"""Where texts stand in an entry, in three dialects."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clients.adopting.strings import entries

JSONC = """{ // the servers
  "s": { "a": { /* "not this" */ "command": "x", "args": ["one", "two\\"\\u00e9",], "env": {"K": "v", }, "n": 3 } }
}"""
TOML = """
[s.a]
command = "x"  # "not this"
args = ["one", 'C:\\two', \"\"\"three\"\"\"]
env = { "K" = "v", L = 'w' }
[s.b]
command = "y"
[s.b.env]
TOKEN = "t"
"""


def shown(text: str, dialect: str) -> dict[str, list[tuple[object, str, str]]]:
    found = entries(text, "s", dialect)  # pyright: ignore[reportArgumentType]
    return {
        key: [(each.path, each.value, text[each.start : each.end]) for each in texts.leaves]
        for key, texts in found.items()
    }


def test_texts_of_json_with_comments_are_found_with_their_literals() -> None:
    assert shown(JSONC, "jsonc")["a"] == [
        (("command",), "x", "x"),
        (("args", 0), "one", "one"),
        (("args", 1), 'two"é', 'two\\"\\u00e9'),
        (("env", "K"), "v", "v"),
    ]


def test_texts_of_toml_are_found_in_every_kind_of_quotes() -> None:
    found = shown(TOML, "toml")
    assert [(path, literal) for path, _, literal in found["a"]] == [
        (("command",), "x"),
        (("args", 0), "one"),
        (("args", 1), "C:\\two"),
        (("args", 2), "three"),
        (("env", "K"), "v"),
        (("env", "L"), "w"),
    ]
    assert found["b"][1][0] == ("env", "TOKEN")


@pytest.mark.parametrize(
    ("text", "dialect", "words"),
    [
        ('{"s": {"a": {"command": "x", "command": "y"}}}', "json", "twice"),
        ('{"s": {"a": {}, "a": {}}}', "json", "twice"),
        ('[s]\na = { command = "x" }\n', "toml", "table of its own"),
        ("[[s.a.tools]]\nname = 'x'\n", "toml", "list of tables"),
    ],
)
def test_an_entry_whose_texts_cannot_be_told_apart_says_so(text: str, dialect: str, words: str) -> None:
    assert words in entries(text, "s", dialect)["a"].problem  # pyright: ignore[reportArgumentType]


VALUES = st.recursive(
    st.text(max_size=8) | st.integers(-5, 5) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.booleans(), st.sampled_from([None, 2]))
def test_every_literal_is_that_of_its_value(entry: dict[str, object], ascii_only: bool, indent: int | None) -> None:
    text = json.dumps({"x": 1, "s": {"a": entry}}, ensure_ascii=ascii_only, indent=indent)
    for leaf in entries(text, "s", "json")["a"].leaves:
        assert json.loads(f'"{text[leaf.start : leaf.end]}"') == leaf.value
