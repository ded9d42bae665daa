"""Results: summed up for the log, bounded for the client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.answers import cut_text, summary, too_large


def result(*blocks: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"content": list(blocks), **more}, ensure_ascii=False, separators=(",", ":")).encode()


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": value}


def test_the_preview_is_the_text() -> None:
    assert summary(result(text("hello"), text("world"))).preview == "hello\nworld"


@pytest.mark.parametrize("size", [10, 2000, 20_000, 2_000_000])
def test_the_preview_never_exceeds_its_bound(size: int) -> None:
    found = summary(result(text("ä\n" * size)))
    assert len(found.preview) == min(2 * size, 2000)
    assert found.preview.startswith("ä\nä")


@pytest.mark.parametrize("size", [10, 200_000])
def test_an_error_is_seen_in_results_of_any_size(size: int) -> None:
    assert summary(result(text("x" * size), isError=True)).is_error
    assert not summary(result(text("x" * size))).is_error


def test_media_are_named_and_sized_not_copied() -> None:
    found = summary(result(text("see"), {"type": "image", "data": "A" * 400, "mimeType": "image/png"}))
    assert found.preview == "see\n[image image/png, 300 bytes]"
    large = summary(result({"type": "image", "data": "A" * 400_000, "mimeType": "image/png"}))
    assert large.preview.endswith("bytes]")
    assert len(large.preview) < 50


def test_a_links_address_is_shown() -> None:
    assert "file:///a" in summary(result({"type": "resource_link", "uri": "file:///a", "name": "a"})).preview


def test_a_secret_in_a_result_does_not_reach_the_preview() -> None:
    secret = "ghp_" + "A1b2" * 9
    assert secret not in summary(result(text(f"token {secret}"))).preview
    assert secret not in summary(result(text(f"token {secret} " + "x" * 50_000))).preview


def test_the_contents_of_a_resource_are_previewed_too() -> None:
    found = summary(json.dumps({"contents": [{"uri": "file:///a", "text": "inside"}]}).encode())
    assert found.preview == "inside"


@given(st.text(max_size=300), st.integers(0, 60))
def test_any_text_can_be_cut_for_the_preview(value: str, repeat: int) -> None:
    found = summary(result(text(value * (repeat * 100 + 1))))
    assert len(found.preview) <= 2000


def test_what_is_too_large_is_said_with_size_and_limit() -> None:
    assert too_large(b"x" * 10, 10) is None
    words = too_large(b"x" * 11, 10)
    assert words is not None
    assert "11 bytes" in words
    assert "limit is 10" in words


def test_a_strangers_text_loses_only_its_end_and_says_how_much() -> None:
    found = json.loads(cut_text(result(text("a" * 60), text("b" * 60), structuredContent={"x": "y" * 200}), 100))
    assert found["content"][0]["text"] == "a" * 60
    assert found["content"][1]["text"] == "b" * 40 + "\n[cut by Doorkeep: 20 of 60 characters left out]"
    assert found["structuredContent"] == {"x": "y" * 200}


def test_a_short_result_of_a_stranger_is_the_same_bytes() -> None:
    raw = result(text("short"), structuredContent=[1.0, None])
    assert cut_text(raw, 1000) is raw
    assert cut_text(raw, 20) is raw
