"""The servers of others in a file, as they are shown, and why some cannot be moved as they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.clients.adopting.foreign import Shown, foreign, open_secrets
from app.clients.known import CLIENTS
from tests.fakes.open_secrets import ARGUMENT, CANARY, HEADER, SECRETS, SERVERS

CLAUDE = CLIENTS["claude-desktop"]


def found(entry: Any, client: str = "claude-desktop") -> Any:
    text = json.dumps({CLIENTS[client].section: {"a": entry}})
    return foreign(CLIENTS[client], text, lambda _value: False)[0]


def test_each_is_described_without_its_secrets() -> None:
    servers = {each.key: each for each in foreign(CLAUDE, json.dumps({"mcpServers": SERVERS}), lambda _value: False)}
    assert servers["GitHub MCP"].secrets == (Shown("env GITHUB_TOKEN", "ghp_•••• (30 characters)"),)
    assert servers["GitHub MCP"].variables == ("GITHUB_TOKEN", "LEVEL")
    assert servers["postgres"].runs == "npx server-postgres --api-key=••••"
    assert servers["postgres"].secrets[0].in_args
    assert (servers["tracker"].kind, servers["tracker"].runs) == ("remote", "https://tracker.example/mcp")
    assert not any(each.problem for each in servers.values())
    assert not any(secret in repr(servers) for secret in SECRETS)


def test_ours_are_left_out() -> None:
    text = json.dumps({"mcpServers": SERVERS})
    assert [each.key for each in foreign(CLAUDE, text, lambda value: "url" not in value)] == ["tracker"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            {"command": "x", "env": {"TOKEN": "${input:token}"}},
            "env TOKEN is filled in by the client itself (${input:token})",
        ),
        ({"command": "x", "args": ["{env:HOME}"]}, "argument 1 is filled in by the client itself"),
        ({"command": "x", "env": {"TOKEN": "$GITHUB_TOKEN"}}, "filled in by the client itself"),
        ({"command": "x", "env": {"TOKEN": "secret:github"}}, "already names a secret"),
        ({"command": "x", "envFile": ".env"}, "reads variables from a file"),
        ({"command": "x", "env": {"PORT": 80}}, "PORT is not a text"),
        ({"command": "x", "args": ["a", 1]}, "not all texts"),
        ({"command": "x", "env_vars": ["A"]}, "variables of the client's own"),
        ({"command": "x", "cwd": "${workspaceFolder}"}, "a folder that only the client can tell (${workspaceFolder})"),
        ({"command": "x", "cwd": "here"}, "a folder that only the client can tell"),
        ({}, "neither a program nor an address"),
        ("text", "not an object"),
    ],
)
def test_what_cannot_be_moved_says_why(entry: Any, words: str) -> None:
    assert words in found(entry).problem


def test_a_secret_in_unusual_escapes_is_not_moved() -> None:
    text = '{"mcpServers": {"a": {"command": "x", "env": {"TOKEN": "\\u0061bc"}}}}'
    assert "unusual escapes" in foreign(CLAUDE, text, lambda _value: False)[0].problem


@pytest.mark.parametrize(
    ("client", "entry"),
    [
        ("opencode", {"type": "local", "command": ["npx", "--token", "abc"], "environment": {"TOKEN": "x"}}),
        ("zed", {"source": "custom", "command": {"path": "npx", "args": ["--token", "abc"], "env": None}}),
        ("windsurf", {"serverUrl": "https://h.example/mcp", "headers": {"X-Api-Key": "x"}}),
        ("gemini-cli", {"httpUrl": "https://h.example/mcp?token=abc"}),
    ],
)
def test_every_clients_shape_is_read(client: str, entry: Any) -> None:
    server = found(entry, client)
    assert (server.problem, bool(server.secrets)) == ("", True)


def test_the_places_of_all_open_secrets_are_told() -> None:
    text = json.dumps({"mcpServers": SERVERS})
    assert {text[start:end] for start, end in open_secrets(CLAUDE, text)} == {CANARY, HEADER, ARGUMENT}
