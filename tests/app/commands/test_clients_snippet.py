"""`doorkeep clients snippet`: text on standard output alone, so that it can be piped."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.app.commands.conftest import Said

Doorkeep = Callable[..., Said]


def test_the_text_alone_is_printed_and_where_it_belongs_is_said_beside(doorkeep: Doorkeep) -> None:
    said = doorkeep("clients", "snippet", "goose", "--server", "git")
    assert said.status == 0
    assert said.out.startswith('extensions:\n  "git":\n')
    assert "Goose: add this to ~/.config/goose/config.yaml" in said.err


def test_without_a_client_it_is_json_for_any_app(doorkeep: Doorkeep) -> None:
    assert list(json.loads(doorkeep("clients", "snippet").out)["mcpServers"]) == ["filesystem", "git", "notes"]


def test_an_own_command_line_is_said(doorkeep: Doorkeep) -> None:
    assert "claude mcp add --scope user git -- " in doorkeep("clients", "snippet", "claude-code", "--server", "git").err


def test_facts_come_as_json(doorkeep: Doorkeep) -> None:
    fact = json.loads(doorkeep("clients", "snippet", "codex", "--server", "git", "--json").out)
    assert (fact["client"], fact["commands"][0].split()[:4]) == ("codex", ["codex", "mcp", "add", "git"])


def test_a_name_that_nobody_knows_is_refused(doorkeep: Doorkeep) -> None:
    said = doorkeep("clients", "snippet", "nobody")
    assert (said.status, "There is no client 'nobody'" in said.err) == (1, True)
