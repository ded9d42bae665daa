"""What is added by hand: JSON, TOML and YAML that the client reads as one of our entries."""

from __future__ import annotations

import json
import tomllib

import pytest

from app.clients import documents
from app.clients.known import CLIENTS
from app.clients.serving import served
from app.clients.snippets import BY_HAND, NAMES, snippet
from app.clients.targets import Installation
from app.core.errors import ClientConfigError

GOOSE = """extensions:
  "git":
    name: "git"
    type: "stdio"
    cmd: {bridge}
    args: {args}
    envs: {{}}
    enabled: true
    timeout: 300
"""
CONTINUE = """mcpServers:
  - name: "git"
    command: {bridge}
    args: {args}
"""


def test_for_any_app_it_is_what_connect_writes(installation: Installation) -> None:
    found = json.loads(snippet(installation).text)
    assert found == {"mcpServers": {server: installation.entry(server) for server in served(installation.home)}}


@pytest.mark.parametrize("client", CLIENTS)
def test_for_a_known_client_it_is_in_its_own_form(client: str, installation: Installation) -> None:
    row = CLIENTS[client]
    found = snippet(installation, client, ("git",))
    assert documents.members(found.text, row.section, row.dialect) == {"git": installation.entry("git", row.shape)}
    assert row.section in found.where


def test_tables_of_several_servers_are_one_text(installation: Installation) -> None:
    found = tomllib.loads(snippet(installation, "codex", ("git", "notes")).text)
    assert list(found["mcp_servers"]) == ["git", "notes"]


@pytest.mark.parametrize(("client", "text"), [("goose", GOOSE), ("continue", CONTINUE)])
def test_yaml_quotes_every_text(client: str, text: str, installation: Installation) -> None:
    entry = installation.entry("git")
    expected = text.format(bridge=json.dumps(entry["command"]), args=json.dumps(entry["args"]))
    assert snippet(installation, client, ("git",)).text == expected


def test_a_client_with_a_command_line_of_its_own_is_told_by_it(installation: Installation) -> None:
    command = snippet(installation, "claude-code", ("git",)).commands[0]
    assert command.startswith(f"claude mcp add --scope user git -- {installation.bridge} --home ")
    assert snippet(installation, "zed").commands == ()


def test_a_client_that_nobody_knows_is_refused_with_the_known_ones(installation: Installation) -> None:
    with pytest.raises(ClientConfigError, match="goose"):
        snippet(installation, "nobody")
    assert not set(BY_HAND) & set(CLIENTS)
    assert set(NAMES) == {*BY_HAND, *CLIENTS}
