"""Lines in and out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from servers.remote import lines


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What goes out, through a pipe that takes a few bytes at a time."""
    found: list[bytes] = []

    def write(_fd: int, text: memoryview) -> int:
        found.append(bytes(text[:7]))
        return len(found[-1])

    monkeypatch.setattr(lines.os, "write", write)
    return found


def test_a_message_is_one_line_whatever_is_in_it(written: list[bytes]) -> None:
    message = {"jsonrpc": "2.0", "id": "doorkeep-private-1", "method": "x", "params": {"a": "é\n\ud800"}}
    lines.write(message)
    text = b"".join(written)
    assert text.count(b"\n") == 1
    assert text.startswith(b'{"jsonrpc":"2.0","id":"doorkeep-private-1","method":"x"')


@pytest.mark.parametrize(
    ("line", "code"), [(b"garbage\n", -32700), (b"[1]\n", -32600), (b"1\n", -32600), (b"[" * 100_000 + b"\n", -32700)]
)
def test_what_is_no_message_is_answered(written: list[bytes], line: bytes, code: int) -> None:
    assert lines.parsed(line) is None
    answer: dict[str, Any] = json.loads(b"".join(written))
    assert (answer["id"], answer["error"]["code"]) == (None, code)


def test_an_empty_line_is_passed_over(written: list[bytes]) -> None:
    assert lines.parsed(b" \n") is None
    assert lines.parsed(b'{"a":1}\n') == {"a": 1}
    assert written == []
