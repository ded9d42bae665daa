from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.clients.connect import Wish, carry_out
from app.clients.known import CLIENTS
from app.clients.locations import Disk, Machine
from app.clients.targets import find_targets, this_installation
from app.commands.checks import connections
from app.commands.checks.connections import check_clients
from app.commands.checks.finding import Finding


class QuietDesktop:
    """No application runs; `policy` is what an organisation forces."""

    def __init__(self, policy: dict[str, Any] | None = None) -> None:
        self.policy = policy or {}

    def running(self, app: Any, folder: str, scan: bool) -> None:
        return None

    def managed(self, app: Any) -> dict[str, Any]:
        return self.policy


@pytest.fixture
def config(guard: Path) -> Path:
    """The configuration of a Claude Desktop that was used before."""
    path = guard / ".config" / "Claude" / "claude_desktop_config.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"globalShortcut": "x"}\n')
    return path


@pytest.fixture
def machine(guard: Path) -> Machine:
    return Machine("linux", {"HOME": str(guard)}, str(guard), Disk())


def connect(home: str, machine: Machine) -> None:
    [target] = find_targets(CLIENTS["claude-desktop"], machine)
    desktop: Any = QuietDesktop()
    carry_out(target, this_installation(home), Wish("connect", ("filesystem",)), desktop)


def found(home: str, machine: Machine, policy: dict[str, Any] | None = None) -> list[Finding]:
    desktop: Any = QuietDesktop(policy)
    return [finding for finding in check_clients(home, machine, desktop) if finding.check == "clients"]


def test_no_client_is_worth_a_note(home: str, machine: Machine):
    assert [finding.state for finding in found(home, machine)] == ["note"]


def test_a_client_that_is_not_connected_is_worth_a_note(home: str, machine: Machine, config: Path):
    [finding] = found(home, machine)
    assert finding.state == "note"
    assert "doorkeep clients connect claude-desktop" in finding.fix


def test_a_connected_client_is_in_order(home: str, machine: Machine, config: Path):
    connect(home, machine)
    assert [finding.state for finding in found(home, machine)] == ["ok"]


def test_an_entry_that_the_client_dropped_is_a_problem(home: str, machine: Machine, config: Path):
    connect(home, machine)
    config.write_text("{}\n")
    assert [finding.state for finding in found(home, machine)] == ["problem"]


@pytest.mark.parametrize(
    ("change", "state"), [({"args": ["other"]}, "problem"), ({"command": "/nowhere/doorkeep-bridge"}, "problem")]
)
def test_an_entry_that_was_changed_is_a_problem(
    home: str, machine: Machine, config: Path, change: dict[str, Any], state: str
):
    connect(home, machine)
    written = json.loads(config.read_text())
    written["mcpServers"]["filesystem"].update(change)
    config.write_text(json.dumps(written))
    assert state in [finding.state for finding in found(home, machine)]


def test_a_configuration_that_does_not_parse_is_a_problem(home: str, machine: Machine, config: Path):
    config.write_text("{")
    assert [finding.state for finding in found(home, machine)] == ["problem"]


def test_a_policy_that_forbids_local_servers_is_told(home: str, machine: Machine, config: Path):
    connect(home, machine)
    states = [finding.state for finding in found(home, machine, {"isLocalDevMcpEnabled": "false"})]
    assert states == ["ok", "problem"]


def test_old_backups_are_named_with_the_folder_they_lie_in(
    home: str, config: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(home, machine)
    monkeypatch.setattr(connections, "OLD_DAYS", -1)
    desktop: Any = QuietDesktop()
    [finding] = [each for each in check_clients(home, machine, desktop) if each.check == "backups"]
    folder = Path(home, "backups", "claude-desktop")
    assert str(folder) in finding.fix
    assert list(folder.iterdir())


@pytest.mark.parametrize(
    ("entry", "state", "words"),
    [
        ({"command": "x"}, "note", "Without Doorkeep: weather."),
        (
            {"command": "x", "env": {"TOKEN": "hunter2"}},
            "warning",
            "Without Doorkeep: weather, with 1 secret in the open.",
        ),
    ],
)
def test_servers_that_do_not_pass_doorkeep_are_told(
    entry: dict[str, Any], state: str, words: str, home: str, machine: Machine, config: Path
):
    config.write_text(json.dumps({"mcpServers": {"weather": entry}}))
    [_, finding] = found(home, machine)
    assert (finding.state, finding.fix) == (state, "Move them behind the door: doorkeep clients adopt claude-desktop")
    assert finding.words == f"Claude Desktop: {words}"
