from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.results import Image, Text, error_body, tool_body


class Facts(msgspec.Struct):
    name: str
    sizes: dict[str, int]


def opened(body: bytes) -> dict[str, Any]:
    return json.loads(b"{%b}" % body)


@given(st.text())
def test_text_comes_out_as_it_went_in_except_for_what_is_no_text(text: str) -> None:
    found = opened(tool_body(Text(text)))
    mended = "".join("\N{REPLACEMENT CHARACTER}" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    assert found == {"content": [{"type": "text", "text": mended}]}


def test_facts_are_told_twice_and_agree() -> None:
    found = opened(tool_body(Facts("ä", {"b\udcff": 1})))
    assert found["structuredContent"] == {"name": "ä", "sizes": {"b\N{REPLACEMENT CHARACTER}": 1}}
    assert json.loads(found["content"][0]["text"]) == found["structuredContent"]


def test_pictures_are_base64_beside_words() -> None:
    found = opened(tool_body([Text("look"), Image(b"\x00\xff", "image/png")]))
    assert [part["type"] for part in found["content"]] == ["text", "image"]
    assert base64.b64decode(found["content"][1]["data"]) == b"\x00\xff"
    assert opened(tool_body(Image(b"", "image/gif")))["content"][0]["mimeType"] == "image/gif"


def test_an_error_is_marked() -> None:
    assert opened(error_body("no\ud800"))["isError"] is True


@pytest.mark.parametrize("wrong", [7, None, b"bytes", {"a": 1}])
def test_anything_else_is_the_tools_mistake(wrong: object) -> None:
    with pytest.raises(TypeError, match="gave back"):
        tool_body(wrong)
