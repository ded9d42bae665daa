"""One table put into a TOML text and taken out: every other byte stays, whatever the text looks like."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients import toml_splice
from app.clients.splice import SpliceError

SECTION, KEY = "mcp_servers", "filesystem"
ENTRY: dict[str, Any] = {"command": "/opt/doorkeep-bridge", "args": ["--home", '/a \\ "b"', "filesystem"]}
PIECES = [
    "model = 'gpt' # [not.a.table]\n",
    'text = """\n[mcp_servers.filesystem]\ncommand = 1\n"""\n',
    "raw = '''\n[x]'''\n",
    'list = [\n  "a", # ]\n  [1, 2],\n]\n',
    'inline = { a = 1, b = "}" }\n',
    "# a comment\n",
    "\n",
    "  spaced   =   1   \n",
    '"quoted key" = 2\n',
    "a.b = 3\n",
]
TABLES = [
    "[mcp_servers.other]\ncommand = 'x'\n\n[mcp_servers.other.env]\nTOKEN = 'geheim'\n",
    "[[profiles]]\nname = 'a'\n",
    "[ \"odd name\" . 'x' ] # comment\ny = 1\n",
    "[mcp_servers]\n",
    "\n# before the end\n",
]


@st.composite
def documents(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.sampled_from(PIECES), unique=True, max_size=5))
    tables = draw(st.lists(st.sampled_from(TABLES), unique=True, max_size=5))
    text = "".join([*pieces, *tables])
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def put_and_read(text: str) -> dict[str, Any]:
    """As a change does: what was put in is read back before anything is written."""
    after, _ = toml_splice.put(text, SECTION, KEY, ENTRY)
    return toml_splice.members(after, SECTION)


@given(documents())
def test_put_and_take_is_no_change(text: str) -> None:
    tomllib.loads(text)
    after, trace = toml_splice.put(text, SECTION, KEY, ENTRY)
    assert after.startswith(text)
    assert toml_splice.members(after, SECTION)[KEY] == ENTRY
    assert toml_splice.same_elsewhere(text, after, SECTION, KEY)
    assert toml_splice.take(after, SECTION, KEY, trace) == text
    assert ("\r\n" in text) == ("\r\n" in after) or "\n" not in text


@given(documents())
def test_exchanging_tables_and_exchanging_them_back_is_no_change(text: str) -> None:
    theirs = (
        '[mcp_servers.filesystem]\ncommand = "x" # it\n# between\n[mcp_servers.filesystem.env]\nA = "b"\n\n[later]\n'
    )
    before = text + ("" if text.endswith("\n") or not text else "\n") + theirs
    start, end = toml_splice.span(before, SECTION, KEY)
    new = toml_splice.block(before, SECTION, KEY, ENTRY)
    after = before[:start] + new + before[end:]
    assert toml_splice.members(after, SECTION)[KEY] == ENTRY
    assert toml_splice.same_elsewhere(before, after, SECTION, KEY)
    assert toml_splice.span(after, SECTION, KEY) == (start, start + len(new))


@given(documents(), documents())
def test_what_others_write_around_it_meanwhile_stays(text: str, more: str) -> None:
    after, trace = toml_splice.put(text, SECTION, KEY, ENTRY)
    assert toml_splice.take(after + "[later]\nx = 1\n", SECTION, KEY, trace) == text + "[later]\nx = 1\n"


@given(documents())
def test_an_update_touches_only_the_values_that_changed(text: str) -> None:
    before, _ = toml_splice.put(text, SECTION, KEY, {**ENTRY, "tool_timeout_sec": 120})
    commented = before.replace("tool_timeout_sec = 120", "tool_timeout_sec = 120   # mine")
    after, _ = toml_splice.put(commented, SECTION, KEY, {**ENTRY, "tool_timeout_sec": 120, "command": "/new"})
    assert after == commented.replace('command = "/opt/doorkeep-bridge"', 'command = "/new"')
    grown, _ = toml_splice.put(after, SECTION, KEY, {**ENTRY, "command": "/new", "enabled": True})
    assert toml_splice.members(grown, SECTION)[KEY]["enabled"] is True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mcp_servers = { x = { command = 'a' } }\n", None),
        ("mcp_servers = 3\n", "not a table"),
        ("a = \n", "not valid TOML"),
        ("[a]\n[a]\n", "not valid TOML"),
        ("[[mcp_servers]]\nname = 'x'\n", "not a table"),
        ("a = " + "[" * 5000, "not valid TOML"),
    ],
)
def test_a_text_of_another_shape_is_refused(text: str, words: str | None) -> None:
    with pytest.raises(SpliceError, match=words):
        put_and_read(text)


def test_an_error_never_quotes_the_file() -> None:
    with pytest.raises(SpliceError) as found:
        toml_splice.members("token = geheim\n", SECTION)
    assert "geheim" not in str(found.value)


def test_an_entry_in_inline_form_is_not_guessed_at() -> None:
    text = "[mcp_servers]\nfilesystem = { command = 'x' }\n"
    with pytest.raises(SpliceError, match="table of its own"):
        toml_splice.put(text, SECTION, KEY, ENTRY)
    with pytest.raises(SpliceError, match="table of its own"):
        toml_splice.take(text, SECTION, KEY)


def test_tables_below_ours_go_with_it() -> None:
    text = "[mcp_servers.filesystem]\ncommand = 'x'\n\n[a]\ny = 1\n\n[mcp_servers.filesystem.env]\nT = 'x'\n"
    assert toml_splice.take(text, SECTION, KEY) == "\n[a]\ny = 1\n\n"


def test_secrets_of_every_server_are_found_however_they_are_written() -> None:
    text = (
        "[mcp_servers.a]\nenv = { T = 'g1' }\nenv.U = 'no'\n"
        if False
        else "[mcp_servers.a]\nenv = { T = 'g1' }\ncommand = 'open'\n[mcp_servers.b.env]\nT = 'g2'\n"
        "[mcp_servers.c]\nenv.T = 'g3'\n[other.env]\nT = 'open'\n"
    )
    found = [text[start:end] for start, end in toml_splice.secret_spans(text, SECTION, ("env",))]
    assert found == ["{ T = 'g1' }", "'g2'", "'g3'"]
