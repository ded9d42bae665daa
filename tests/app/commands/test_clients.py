"""`doorkeep clients` as a person and a script use it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clients.serving import shipped
from app.clients.targets import bridge_path
from app.desktop.posix import LOCK
from tests.app.commands.conftest import Said

Doorkeep = Callable[..., Said]
CLIENT = "claude-desktop"
FOREIGN = {"command": "npx", "env": {"TOKEN": "hunter2"}}


@pytest.fixture
def config(guard: Path) -> Path:
    path = guard / ".config" / "Claude" / "claude_desktop_config.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"mcpServers": {"weather": FOREIGN}}, indent=2))
    return path


@pytest.fixture
def running(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds Claude's lock until its stdin ends."""
    command = [sys.executable, "-c", "input(print('up', flush=True) or '')", "claude-desktop"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (config.parent / LOCK).symlink_to(f"{socket.gethostname()}-{process.pid}")
        yield process
        if process.poll() is None:
            process.communicate(b"\n", timeout=30)


def servers(config: Path) -> dict[str, Any]:
    return json.loads(config.read_text()).get("mcpServers", {})


def test_connect_and_disconnect_say_what_they_did(doorkeep: Doorkeep, config: Path, home: str) -> None:
    original = config.read_bytes()
    said = doorkeep("clients", "connect", CLIENT)
    assert (said.status, said.err) == (0, "")
    assert "Claude Desktop is connected" in said.out
    assert servers(config)["filesystem"] == {"command": bridge_path(), "args": ["--home", home, "filesystem"]}
    assert "connected already" in doorkeep("clients", "connect", CLIENT).out
    assert "is disconnected" in doorkeep("clients", "disconnect", CLIENT).out
    assert config.read_bytes() == original
    assert "was not connected" in doorkeep("clients", "disconnect", CLIENT).out


def test_a_dry_run_prints_a_diff_and_writes_nothing(doorkeep: Doorkeep, config: Path, home: str) -> None:
    original = config.read_bytes()
    said = doorkeep("clients", "connect", CLIENT, "--dry-run")
    assert said.status == 0
    assert said.out.startswith(f"--- {config}\n+++ {config}\n@@ ")
    assert "hunter2" not in said.out
    assert config.read_bytes() == original
    assert os.listdir(home) == []


@pytest.mark.parametrize("words", [["connect", CLIENT], ["disconnect", CLIENT]])
def test_facts_come_as_json(doorkeep: Doorkeep, config: Path, words: list[str]) -> None:
    doorkeep("clients", "connect", CLIENT)
    fact = json.loads(doorkeep("clients", *words, "--json").out)
    assert (fact["what"], fact["path"]) == (words[0], str(config))


def test_the_list_shows_every_known_client(doorkeep: Doorkeep, config: Path) -> None:
    doorkeep("clients", "connect", CLIENT)
    facts = {fact["client"]: fact for fact in json.loads(doorkeep("clients", "list", "--json").out)}
    assert facts[CLIENT]["state"] == "connected"
    assert facts[CLIENT]["entries"] == {server: server for server in shipped()}
    assert facts["claude-desktop-3p"]["state"] == "not installed"
    shown = doorkeep("clients", "list").out
    assert "claude-desktop     connected" in shown
    assert "~/.config/Claude" in shown


def test_another_file_can_be_named(doorkeep: Doorkeep, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    doorkeep("clients", "connect", CLIENT, "--config-file", str(path))
    assert "filesystem" in servers(path)
    assert doorkeep("clients", "check", CLIENT, "--config-file", str(path)).status == 0
    assert str(path) in doorkeep("clients", "list").out
    assert "is disconnected" in doorkeep("clients", "disconnect", CLIENT).out
    assert not path.exists()


def test_leaving_all_leaves_every_file(doorkeep: Doorkeep, config: Path, tmp_path: Path) -> None:
    original = config.read_bytes()
    other = tmp_path / "other.json"
    other.write_text("{}")
    doorkeep("clients", "connect", CLIENT)
    doorkeep("clients", "connect", CLIENT, "--config-file", str(other))
    facts = json.loads(doorkeep("clients", "disconnect", "--all", "--json").out)
    assert sorted(fact["path"] for fact in facts) == sorted([str(config), str(other)])
    assert (config.read_bytes(), other.read_text()) == (original, "{}")
    assert "stands in no client" in doorkeep("clients", "disconnect", "--all").out


def test_one_file_that_cannot_be_left_does_not_keep_the_others(
    doorkeep: Doorkeep, config: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    doorkeep("clients", "connect", CLIENT)
    doorkeep("clients", "connect", CLIENT, "--config-file", str(other))
    config.write_text("{")
    said = doorkeep("clients", "disconnect", "--all")
    assert said.status == 1
    assert "line 1" in said.err
    assert not other.exists()


@pytest.mark.parametrize("words", [[], [CLIENT, "--all"]])
def test_leaving_needs_a_name_or_all(doorkeep: Doorkeep, words: list[str]) -> None:
    assert doorkeep("clients", "disconnect", *words).status == 2


def test_a_client_that_is_not_there_is_one_line(doorkeep: Doorkeep) -> None:
    said = doorkeep("clients", "connect", CLIENT)
    assert said.status == 1
    assert said.err.startswith("doorkeep: Claude Desktop was not found on this computer.")
    assert said.err.count("\n") == 1


def test_an_unknown_client_is_one_line(doorkeep: Doorkeep) -> None:
    said = doorkeep("clients", "connect", "emacs")
    assert (said.status, said.out) == (1, "")
    assert "Known clients: claude-desktop" in said.err


def test_backups_are_listed_and_restored(doorkeep: Doorkeep, config: Path) -> None:
    assert "There is no backup" in doorkeep("clients", "backups", CLIENT).out
    original = config.read_bytes()
    doorkeep("clients", "connect", CLIENT)
    (kept,) = json.loads(doorkeep("clients", "backups", CLIENT, "--json").out)
    assert kept["id"] in doorkeep("clients", "backups", CLIENT).out
    diff = doorkeep("clients", "restore", CLIENT, kept["id"], "--dry-run").out
    assert '-    "filesystem": {' in diff
    said = doorkeep("clients", "restore", CLIENT, kept["id"])
    assert "has its configuration back" in said.out
    assert config.read_bytes() == original
    assert doorkeep("clients", "restore", CLIENT, "nonsense").status == 1


def test_check_says_what_was_lost_and_what_to_do(doorkeep: Doorkeep, config: Path) -> None:
    doorkeep("clients", "connect", CLIENT)
    assert doorkeep("clients", "check", CLIENT).status == 0
    config.write_text("{}")
    said = doorkeep("clients", "check", CLIENT)
    assert said.status == 1
    assert "wiped" in said.out
    assert "Put it back: doorkeep clients connect claude-desktop" in said.err
    fact = json.loads(doorkeep("clients", "check", CLIENT, "--json").out)
    assert (fact["files"][0]["state"], fact["files"][0]["well"]) == ("wiped", False)


def test_a_client_that_was_never_connected_fails_the_check(doorkeep: Doorkeep, config: Path) -> None:
    said = doorkeep("clients", "check", CLIENT)
    assert (said.status, "not connected" in said.err) == (1, True)


def test_while_the_app_runs_the_choices_are_said(
    doorkeep: Doorkeep, config: Path, running: subprocess.Popen[bytes]
) -> None:
    original = config.read_bytes()
    said = doorkeep("clients", "connect", CLIENT)
    assert (said.status, said.out) == (1, "")
    assert "--quit" in said.err
    assert "--when-closed" in said.err
    assert said.err.count("\n") == 1
    assert config.read_bytes() == original


def test_what_waits_is_done_by_the_next_check_after_the_app_closed(
    doorkeep: Doorkeep, config: Path, running: subprocess.Popen[bytes]
) -> None:
    said = doorkeep("clients", "connect", CLIENT, "--when-closed")
    assert said.status == 0
    assert "waits until it is closed" in said.out
    waiting = doorkeep("clients", "check", CLIENT)
    assert waiting.status == 1
    assert "waiting" in waiting.out
    assert set(servers(config)) == {"weather"}
    running.communicate(b"\n", timeout=30)
    done = doorkeep("clients", "check", CLIENT)
    assert done.status == 0
    assert "Done, as asked before: connect" in done.out
    assert set(servers(config)) == {"weather", *shipped()}


def test_quit_and_when_closed_exclude_each_other(doorkeep: Doorkeep, config: Path) -> None:
    assert doorkeep("clients", "connect", CLIENT, "--quit", "--when-closed").status == 2


def test_quit_is_no_hindrance_where_nothing_runs(doorkeep: Doorkeep, config: Path) -> None:
    assert doorkeep("clients", "connect", CLIENT, "--quit").status == 0
    assert "filesystem" in servers(config)


@pytest.mark.parametrize("content", ["{", "[]", '{"mcpServers": []}', ""])
def test_a_file_that_is_not_understood_is_one_line_and_stays(doorkeep: Doorkeep, config: Path, content: str) -> None:
    config.write_text(content)
    said = doorkeep("clients", "connect", CLIENT)
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert "Nothing was written" in said.err
    assert config.read_text() == content


def test_leaving_is_possible_without_a_bridge(
    doorkeep: Doorkeep, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = config.read_bytes()
    doorkeep("clients", "connect", CLIENT)
    monkeypatch.setattr("app.commands.clients.bridge_path", lambda: "/gone/doorkeep-bridge")
    assert doorkeep("clients", "disconnect", CLIENT).status == 0
    assert config.read_bytes() == original
