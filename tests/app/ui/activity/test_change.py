"""What a change was, out of the arguments of the call."""

from __future__ import annotations

import msgspec
import pytest

from app.ui.activity.change import MOST, change_of


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ({"path": "/a", "edits": [{"old": "a\nb", "new": "c"}]}, "-a\n-b\n+c"),
        ({"edits": [{"oldText": "a", "newText": "b"}, {"old": "c", "new": ""}]}, "-a\n+b\n@@\n-c"),
        ({"old_string": "a", "new_string": "b"}, "-a\n+b"),
        ({"path": "/a", "content": "x\ny\n"}, "+x\n+y"),
        ({"path": "/a"}, ""),
        ({"edits": []}, ""),
        ({"edits": [{"old": "a"}]}, ""),
        ({"content": 5}, ""),
        ([1], ""),
    ],
)
def test_what_goes_and_what_comes(given: object, lines: str) -> None:
    assert change_of(msgspec.Raw(msgspec.json.encode(given))) == lines


def test_no_json_is_no_change() -> None:
    assert change_of(msgspec.Raw(b"")) == ""
    assert change_of(msgspec.Raw(b"[" * 100_000)) == ""


def test_a_large_one_is_bounded() -> None:
    said = change_of(msgspec.Raw(msgspec.json.encode({"content": "x" * 1_000_000})))
    assert len(said) < MOST + 100
    assert "more characters" in said
