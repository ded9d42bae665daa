"""One server in every client's shape."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from app.clients.entries import Shape, arguments_of, command_of, entry, environment_of


@pytest.mark.parametrize("shape", get_args(Shape))
def test_what_was_written_is_read_back(shape: Shape) -> None:
    value = entry(shape, "/opt/doorkeep-bridge", ["--home", "/h", "git"])
    assert command_of(value) == "/opt/doorkeep-bridge"
    assert arguments_of(value) == ["--home", "/h", "git"]


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ("plain", {"command": "/b", "args": ["git"]}),
        ("typed", {"type": "stdio", "command": "/b", "args": ["git"]}),
        ("zed", {"source": "custom", "command": "/b", "args": ["git"]}),
        ("opencode", {"type": "local", "command": ["/b", "git"], "enabled": True}),
    ],
)
def test_nothing_more_is_written_than_the_client_needs(shape: Shape, value: dict[str, Any]) -> None:
    assert entry(shape, "/b", ["git"]) == value


@pytest.mark.parametrize(
    ("value", "command", "args", "env"),
    [
        ({"command": "npx", "args": ["-y", "x"], "env": {"A": "b"}}, "npx", ["-y", "x"], {"A": "b"}),
        ({"type": "local", "command": ["npx", "x"], "environment": {"A": "b"}}, "npx", ["x"], {"A": "b"}),
        ({"command": {"path": "/z", "args": ["x"]}, "settings": {}}, "/z", ["x"], {}),
        ({"url": "https://example.com"}, "", [], {}),
        ({"command": 7, "args": [1, "x", None], "env": {"A": 1}}, "", ["x"], {}),
        ({"command": [], "args": "x", "env": []}, "", [], {}),
        ("nonsense", "", [], {}),
        (None, "", [], {}),
    ],
)
def test_entries_of_others_are_read_as_far_as_they_can_be(
    value: Any, command: str, args: list[str], env: dict[str, str]
) -> None:
    assert (command_of(value), arguments_of(value), environment_of(value)) == (command, args, env)
