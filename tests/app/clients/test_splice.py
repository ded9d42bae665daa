"""The splice, over generated documents: foreign bytes survive, and taking out undoes putting in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clients.jsonc import Dialect, scan
from app.clients.splice import SpliceError, Trace, block, members, put, same_elsewhere, span, spans, take

OURS = {"command": "/opt/Doorkeep/doorkeep-bridge", "args": ["filesystem"]}
SECTION = "mcpServers"

SPACE = st.text(" \t\n\r", max_size=3) | st.sampled_from(["\r\n", "\n  ", "\n    ", " "])
KEY = st.text(max_size=6).filter(lambda key: key != SECTION) | st.sampled_from(
    ["é", 'a"b', "\\", "filesystems", "\u2028"]
)


@st.composite
def quoted(draw: st.DrawFn, of: str) -> str:
    """A string literal, with escapes where JSON does not need them too."""
    return draw(st.sampled_from([json.dumps(of), json.dumps(of, ensure_ascii=False).replace("\x7f", "\\u007f")]))


@st.composite
def gap(draw: st.DrawFn, dialect: Dialect) -> str:
    space = draw(SPACE)
    if dialect == "json" or draw(st.integers(0, 3)):
        return space
    comment = draw(st.sampled_from(["// note {\n", "/* a, b */", '/* } \n " */', '// "x": 1,\r\n', "/**/"]))
    return space + comment + draw(SPACE)


@st.composite
def value(draw: st.DrawFn, dialect: Dialect, depth: int = 3) -> str:
    kind = draw(st.integers(0, 5 if depth else 3))
    if kind == 0:
        return draw(st.sampled_from(["0", "-1.50", "1E+9", "12345678901234567890123", "true", "false", "null"]))
    if kind <= 3:
        return draw(quoted(draw(st.text(max_size=8))))
    if kind == 4:
        items = draw(st.lists(value(dialect, depth - 1), max_size=3))
        return "[" + ",".join(draw(gap(dialect)) + item + draw(gap(dialect)) for item in items) + "]"
    return draw(document(dialect, depth - 1))


@st.composite
def document(draw: st.DrawFn, dialect: Dialect, depth: int = 3, ours: str | None = None) -> str:
    """An object's text; `ours` is the value of the one member called mcpServers, at a drawn place."""
    keys = draw(st.lists(KEY, max_size=4))
    pairs = [(draw(quoted(key)), draw(value(dialect, depth))) for key in keys]
    if ours is not None:
        pairs.insert(draw(st.integers(0, len(pairs))), ('"mcpServers"', ours))
    parts = [
        draw(gap(dialect)) + key + draw(gap(dialect)) + ":" + draw(gap(dialect)) + inner + draw(gap(dialect))
        for key, inner in pairs
    ]
    end = "," + draw(gap(dialect)) if parts and dialect == "jsonc" and draw(st.booleans()) else ""
    return "{" + ",".join(parts) + (end if parts else draw(gap(dialect))) + "}"


@st.composite
def config(draw: st.DrawFn, dialect: Dialect) -> str:
    """A whole file, with or without servers, with space around."""
    servers = draw(st.none() | document(dialect, 2))
    return draw(SPACE) + draw(document(dialect, 2, servers)) + draw(SPACE)


DIALECTS: tuple[Dialect, ...] = ("json", "jsonc")
DOCUMENTS = st.sampled_from(DIALECTS).flatmap(lambda d: st.tuples(st.just(d), config(d)))


def rest_of(longer: str, shorter: str) -> bool:
    """Whether `shorter` is what is left of `longer` when some of it is taken away."""
    rest = iter(longer)
    return all(letter in rest for letter in shorter)


@given(DOCUMENTS)
@settings(max_examples=60, deadline=None)
def test_adding_then_removing_gives_the_original_text(made: tuple[Dialect, str]) -> None:
    dialect, text = made
    after, trace = put(text, SECTION, "filesystem", OURS, dialect)
    assert take(after, SECTION, "filesystem", dialect, trace) == text


@given(DOCUMENTS)
@settings(max_examples=60, deadline=None)
def test_adding_only_inserts(made: tuple[Dialect, str]) -> None:
    dialect, text = made
    after, _ = put(text, SECTION, "filesystem", OURS, dialect)
    assert rest_of(after, text)
    assert same_elsewhere(text, after, SECTION, "filesystem", dialect)
    assert members(after, SECTION, dialect)["filesystem"] == OURS


@given(DOCUMENTS, st.sampled_from(["mcpServers", "x"]))
@settings(max_examples=60, deadline=None)
def test_exchanging_a_value_and_exchanging_it_back_is_no_change(made: tuple[Dialect, str], key: str) -> None:
    dialect, text = made
    before, _ = put(text, SECTION, key, {"command": "theirs", "env": {"A": "b"}}, dialect)
    start, end = span(before, SECTION, key, dialect)
    new = block(before, SECTION, OURS, dialect)
    after = before[:start] + new + before[end:]
    assert members(after, SECTION, dialect)[key] == OURS
    assert same_elsewhere(before, after, SECTION, key, dialect)
    assert span(after, SECTION, key, dialect) == (start, start + len(new))
    assert spans(after, SECTION, dialect)[key] == (start, start + len(new))


@given(config("json"))
@settings(max_examples=60, deadline=None)
def test_the_result_is_what_a_rewriting_program_would_have_meant(text: str) -> None:
    after, _ = put(text, SECTION, "filesystem", OURS, "json")
    expected = json.loads(text)
    expected.setdefault(SECTION, {})["filesystem"] = OURS
    assert json.loads(after) == expected


@given(DOCUMENTS)
@settings(max_examples=60, deadline=None)
def test_removing_without_a_trace_leaves_every_other_member(made: tuple[Dialect, str]) -> None:
    dialect, text = made
    after, _ = put(text, SECTION, "filesystem", OURS, dialect)
    left = take(after, SECTION, "filesystem", dialect)
    assert same_elsewhere(text, left, SECTION, "filesystem", dialect)
    assert "filesystem" not in members(left, SECTION, dialect)
    assert rest_of(after, left)


@given(DOCUMENTS, st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_any_member_can_be_taken_out_and_the_others_stay(made: tuple[Dialect, str], index: int) -> None:
    dialect, text = made
    keys = list(members(text, SECTION, dialect))
    if index >= len(keys):
        return
    try:
        left = take(text, SECTION, keys[index], dialect)
    except SpliceError:
        return  # the key stands twice
    assert same_elsewhere(text, left, SECTION, keys[index], dialect)
    assert keys[index] not in members(left, SECTION, dialect)


@given(DOCUMENTS)
@settings(max_examples=60, deadline=None)
def test_changing_our_value_touches_nothing_around_it(made: tuple[Dialect, str]) -> None:
    dialect, text = made
    first, trace = put(text, SECTION, "filesystem", OURS, dialect)
    other = {"command": "/other/doorkeep-bridge", "args": ["--home", "/h", "filesystem"]}
    second, _ = put(first, SECTION, "filesystem", other, dialect)
    assert members(second, SECTION, dialect)["filesystem"] == other
    assert take(second, SECTION, "filesystem", dialect, trace) == text


SHAPES = [
    ("fresh", "{}", '{\n  "mcpServers": {\n    "filesystem": 1\n  }\n}'),
    ("fresh with an end of line", "{}\n", '{\n  "mcpServers": {\n    "filesystem": 1\n  }\n}\n'),
    ("one line", '{"a": 1}', '{"a": 1, "mcpServers": {"filesystem": 1}}'),
    ("minified", '{"a":1,"b":2}', '{"a":1,"b":2,"mcpServers":{"filesystem":1}}'),
    ("minified, no server", '{"mcpServers":{}}', '{"mcpServers":{"filesystem":1}}'),
    ("four spaces", '{\n    "a": 1\n}', '{\n    "a": 1,\n    "mcpServers": {\n        "filesystem": 1\n    }\n}'),
    ("tabs", '{\n\t"mcpServers": {}\n}', '{\n\t"mcpServers": {\n\t\t"filesystem": 1\n\t}\n}'),
    (
        "CRLF",
        '{\r\n  "mcpServers": {\r\n    "x": 2\r\n  }\r\n}\r\n',
        '{\r\n  "mcpServers": {\r\n    "x": 2,\r\n    "filesystem": 1\r\n  }\r\n}\r\n',
    ),
    (
        "its own spacing",
        '{ "mcpServers" : { "x" : 2 } }',
        '{ "mcpServers" : { "x" : 2, "filesystem" : 1 } }',
    ),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_a_new_entry_is_written_in_the_style_of_the_file(text: str, expected: str) -> None:
    assert put(text, SECTION, "filesystem", 1, "json")[0] == expected


def test_a_comment_at_the_end_of_a_line_stays_with_its_member() -> None:
    text = '{"mcpServers": {\n  "x": 2 // keep\n}}'
    after, trace = put(text, SECTION, "ours", 1, "jsonc")
    assert after == '{"mcpServers": {\n  "x": 2, // keep\n  "ours": 1\n}}'
    assert take(after, SECTION, "ours", "jsonc", trace) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"mcpServers": {// note {\n"a":0/* b */}}', '{"mcpServers": {// note {\n/* b */}}'),
        ('{"mcpServers": {// note\n"a":0, "b":1}}', '{"mcpServers": {// note\n "b":1}}'),
        ('{"mcpServers": {"b":1, // note\n"a":0}}', '{"mcpServers": {"b":1 // note\n}}'),
        ('{"mcpServers": {"b":1, // note\r\n  "a":0,\r\n}}', '{"mcpServers": {"b":1, // note\r\n}}'),
        ('{"mcpServers": {"b":1, // note\r\n  "a":0,}}', '{"mcpServers": {"b":1, // note\r\n}}'),
        ('{"mcpServers": {"b":1, // note\n"a":0\n}}', '{"mcpServers": {"b":1 // note\n}}'),
    ],
)
def test_a_comment_never_swallows_what_follows_a_removed_member(text: str, left: str) -> None:
    assert take(text, SECTION, "a", "jsonc") == left
    scan(left, "jsonc")


def test_a_trailing_comma_is_kept_as_the_style_of_the_list() -> None:
    text = '{"mcpServers": {\n  "x": 2,\n}}'
    assert put(text, SECTION, "ours", 1, "jsonc")[0] == '{"mcpServers": {\n  "x": 2,\n  "ours": 1,\n}}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "not an object"),
        ('{"mcpServers": []}', '"mcpServers" is not an object'),
        ('{"mcpServers": null}', '"mcpServers" is not an object'),
        ('{"mcpServers": {}, "mcpServers": {}}', '"mcpServers" stands there twice'),
        ('{"mcpServers": {}, "\\u006dcpServers": {}}', '"mcpServers" stands there twice'),
        ('{"mcpServers": {"filesystem": 1, "file\\u0073ystem": 2}}', '"filesystem" stands there twice'),
    ],
)
def test_documents_of_another_shape_are_refused(text: str, words: str) -> None:
    for change in (
        lambda: put(text, SECTION, "filesystem", 1, "json"),
        lambda: take(text, SECTION, "filesystem", "json"),
    ):
        with pytest.raises(SpliceError, match=words):
            change()


def test_a_foreign_key_that_stands_twice_is_left_alone() -> None:
    text = '{"a": 1, "mcpServers": {"x": 1, "x": 2}, "a": 2}'
    after, trace = put(text, SECTION, "filesystem", OURS, "json")
    assert '"x": 1, "x": 2, "filesystem"' in after
    assert take(after, SECTION, "filesystem", "json", trace) == text


def test_five_hundred_levels_survive_a_splice() -> None:
    deep: Any = '{"deep": ' + "[" * 400 + "]" * 400 + "}"
    after, _ = put(deep, SECTION, "filesystem", OURS, "json")
    assert after.startswith(deep[:-1])
    scan(after)


def test_a_section_that_we_made_goes_with_our_last_entry_only() -> None:
    first, trace = put("{}", SECTION, "filesystem", 1, "json")
    both, _ = put(first, SECTION, "theirs", 2, "json")
    assert json.loads(take(both, SECTION, "filesystem", "json", trace)) == {SECTION: {"theirs": 2}}
    assert take(first, SECTION, "filesystem", "json", trace) == "{}"


def test_taking_out_what_is_not_there_changes_nothing() -> None:
    assert take('{"a": 1}', SECTION, "filesystem", "json", Trace()) == '{"a": 1}'
