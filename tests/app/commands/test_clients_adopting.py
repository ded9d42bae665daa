"""`doorkeep clients adopt` as a person and a script use it, and the way back."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.clients import connect
from tests.app.commands.conftest import Said
from tests.fakes.open_secrets import SECRETS, SERVERS
from tests.fakes.vault_door import VaultDoor

Doorkeep = Callable[..., Said]
CLIENT = "claude-desktop"


@pytest.fixture
def config(guard: Path) -> Path:
    path = guard / ".config" / "Claude" / "claude_desktop_config.json"
    path.parent.mkdir(parents=True)
    path.write_text(
        json.dumps({"mcpServers": {**SERVERS, "inputs": {"command": "x", "args": ["${input:a}"]}}}, indent=2)
    )
    return path


@pytest.fixture
def door(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VaultDoor:
    made = VaultDoor(home, tmp_path / "the-keychain.json")
    monkeypatch.setattr(connect, "door_to", lambda _home: made)
    return made


class Terminal(io.StringIO):
    """Somebody types."""

    def isatty(self) -> bool:
        return True


def test_it_shows_what_lies_open_and_never_a_value(doorkeep: Doorkeep, config: Path, door: VaultDoor) -> None:
    before = config.read_bytes()
    said = doorkeep("clients", "adopt", CLIENT, "--dry-run")
    assert said.status == 0
    assert "secret in the open: env GITHUB_TOKEN  ghp_•••• (30 characters)" in said.out
    assert "reaches  https://tracker.example/mcp" in said.out
    assert "cannot be adopted: argument 1 is filled in by the client itself (${input:a})" in said.out
    assert f"--- {config}" in said.out
    assert not any(secret in said.out for secret in SECRETS)
    assert config.read_bytes() == before


def test_without_a_yes_nothing_is_done(
    doorkeep: Doorkeep, config: Path, door: VaultDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.read_bytes()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    said = doorkeep("clients", "adopt", CLIENT)
    assert (said.status, "there is no terminal to ask at" in said.err) == (1, True)
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    said = doorkeep("clients", "adopt", CLIENT)
    assert (said.status, "Nothing was changed." in said.out) == (1, True)
    assert "Say --yes" in doorkeep("clients", "adopt", CLIENT, "--json").err
    assert (config.read_bytes(), door.values) == (before, {})


def test_a_yes_moves_them_and_the_words_tell_the_way_back(
    doorkeep: Doorkeep, config: Path, door: VaultDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.read_bytes()
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    said = doorkeep("clients", "adopt", CLIENT)
    assert (said.status, said.err) == (0, "")
    assert "and 3 secrets into the keychain" in said.out
    assert "GitHub MCP: github-mcp; in the keychain: env GITHUB_TOKEN as github-mcp" in said.out
    assert f"doorkeep clients restore {CLIENT} 'GitHub MCP'" in said.out
    assert "has no server that" not in doorkeep("clients", "adopt", CLIENT, "--dry-run").out
    for name in ("GitHub MCP", "postgres", "tracker", "memory"):
        assert "has its own entries back" in doorkeep("clients", "restore", CLIENT, name).out
    assert config.read_bytes() == before


def test_facts_come_as_json(doorkeep: Doorkeep, config: Path, door: VaultDoor) -> None:
    fact = json.loads(doorkeep("clients", "adopt", CLIENT, "memory", "--yes", "--json").out)
    assert fact["outcome"]["adopted"] == {"memory": "memory"}
    assert [each["key"] for each in fact["found"]] == [*SERVERS, "inputs"]
    again = json.loads(doorkeep("clients", "adopt", CLIENT, "memory", "--yes", "--json").out)
    assert again["outcome"]["state"] == "already"


@pytest.mark.parametrize(
    ("name", "words"), [("nobody", 'No server "nobody"'), ("inputs", "cannot be adopted as it stands")]
)
def test_a_name_that_cannot_be_adopted_is_refused(
    name: str, words: str, doorkeep: Doorkeep, config: Path, door: VaultDoor
) -> None:
    said = doorkeep("clients", "adopt", CLIENT, name, "--yes")
    assert (said.status, words in said.err) == (1, True)


def test_a_client_without_servers_of_others_says_so(doorkeep: Doorkeep, config: Path, door: VaultDoor) -> None:
    config.write_text("{}")
    said = doorkeep("clients", "adopt", CLIENT)
    assert (said.status, "has no server that does not pass Doorkeep" in said.out) == (0, True)


def test_leaving_everywhere_gives_adopted_entries_back(doorkeep: Doorkeep, config: Path, door: VaultDoor) -> None:
    before = config.read_bytes()
    doorkeep("clients", "connect", CLIENT)
    doorkeep("clients", "adopt", CLIENT, "--yes")
    said = doorkeep("clients", "disconnect", "--all")
    assert (said.status, said.err) == (0, "")
    assert config.read_bytes() == before


def test_leaving_without_the_keychain_says_what_is_left_and_fails(
    doorkeep: Doorkeep, config: Path, door: VaultDoor
) -> None:
    doorkeep("clients", "connect", CLIENT)
    doorkeep("clients", "adopt", CLIENT, "--yes")
    door.locked = True
    said = doorkeep("clients", "disconnect", "--all")
    assert said.status == 1
    assert "Not given back: GitHub MCP, postgres, tracker. Their secrets are in the keychain" in said.out


def test_leaving_finds_an_entry_that_a_kill_kept_from_being_noted(doorkeep: Doorkeep, config: Path, home: str) -> None:
    before = json.loads(config.read_text())
    doorkeep("clients", "connect", CLIENT)
    (Path(home) / "clients" / f"{CLIENT}.json").unlink()
    assert doorkeep("clients", "disconnect", "--all").status == 0
    assert json.loads(config.read_text()) == before


def test_a_check_tells_which_servers_do_not_pass_doorkeep(doorkeep: Doorkeep, config: Path, door: VaultDoor) -> None:
    said = doorkeep("clients", "check", CLIENT)
    assert "Without Doorkeep: GitHub MCP, postgres, tracker, memory, inputs, with 3 secrets in the open." in said.out
    doorkeep("clients", "adopt", CLIENT, "--yes")
    assert "Without Doorkeep: inputs. To adopt" in doorkeep("clients", "check", CLIENT).out
    config.write_text("{")
    assert "Without Doorkeep" not in doorkeep("clients", "check", CLIENT).out
