from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime import cursor
from servers.runtime.errors import ToolError


class Listing(msgspec.Struct):
    path: str
    limit: int = 10
    cursor: str = ""


HERE = Listing("/here")


@given(st.integers(min_value=0, max_value=2**62), st.text(), st.text())
def test_a_cursor_gives_its_position_back(position: int, path: str, etag: str) -> None:
    made = cursor.make(position, "list", Listing(path), etag)
    assert cursor.read(made, int, "list", Listing(path, limit=99, cursor=made), etag) == position


def test_positions_may_be_texts() -> None:
    made = cursor.make(["a", "b/c"], "list", HERE)
    assert cursor.read(made, list[str], "list", HERE) == ["a", "b/c"]


@pytest.mark.parametrize(("tool", "arguments"), [("search", HERE), ("list", Listing("/there"))])
def test_a_cursor_of_another_call_is_refused(tool: str, arguments: Listing) -> None:
    with pytest.raises(ToolError, match="another call"):
        cursor.read(cursor.make(5, "list", HERE), int, tool, arguments)


def test_a_cursor_into_what_has_changed_is_refused() -> None:
    with pytest.raises(ToolError, match="changed meanwhile"):
        cursor.read(cursor.make(5, "list", HERE, "old"), int, "list", HERE, "new")


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_other_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(ToolError, match="cursor"):
        cursor.read(text, int, "list", HERE)


def test_a_position_of_another_kind_is_refused() -> None:
    with pytest.raises(ToolError, match="not one that this server gave"):
        cursor.read(cursor.make("five", "list", HERE), int, "list", HERE)
