"""A file's state, against what we wrote: every way in which an entry can get lost has its own word."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.clients import pending
from app.clients.changes import Wish
from app.clients.check import check
from app.clients.connect import carry_out
from app.clients.targets import Installation, Target
from app.desktop.apps import Running
from tests.app.clients.conftest import StillDesktop

FOREIGN = {"command": "npx", "args": ["server-filesystem"]}


@pytest.fixture
def connected(target: Target, installation: Installation, desktop: StillDesktop) -> Target:
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    return target


def edited(config: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(config.read_text())
    change(document)
    config.write_text(json.dumps(document))


def nothing(document: dict[str, Any]) -> None:
    return None


def wipe(document: dict[str, Any]) -> None:
    document.pop("mcpServers")


def remove(document: dict[str, Any]) -> None:
    document["mcpServers"].pop("filesystem")


def remove_all(document: dict[str, Any]) -> None:
    document["mcpServers"].clear()


def take_over(document: dict[str, Any]) -> None:
    document["mcpServers"]["filesystem"] = FOREIGN


def add_environment(document: dict[str, Any]) -> None:
    document["mcpServers"]["filesystem"]["env"] = {"A": "b"}


def add_another(document: dict[str, Any]) -> None:
    document["mcpServers"]["other"] = FOREIGN


@pytest.mark.parametrize(
    ("change", "state", "well"),
    [
        (nothing, "connected", True),
        (add_another, "connected", True),
        (wipe, "wiped", False),
        (remove, "removed", False),
        (remove_all, "removed", False),
        (take_over, "changed", False),
        (add_environment, "changed", False),
    ],
)
def test_a_change_has_its_name(
    connected: Target,
    config: Path,
    installation: Installation,
    desktop: StillDesktop,
    change: Callable[[dict[str, Any]], object],
    state: str,
    well: bool,
) -> None:
    edited(config, change)
    report = check(connected, installation, desktop)
    assert (report.state, report.well) == (state, well)
    assert report.words
    assert well or "doorkeep clients connect claude-desktop" in report.fix


def test_a_file_that_is_gone_was_wiped(
    connected: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    config.unlink()
    report = check(connected, installation, desktop)
    assert (report.state, report.lost) == ("wiped", ("filesystem",))


def test_an_entry_that_the_user_removed_is_not_called_wiped(
    connected: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    edited(config, remove)
    report = check(connected, installation, desktop)
    assert "disconnect" in report.fix


@pytest.mark.parametrize("content", ["{", "[]", '{"mcpServers": 1}', ""])
def test_a_file_that_cannot_be_read_is_a_state(
    connected: Target, config: Path, installation: Installation, desktop: StillDesktop, content: str
) -> None:
    config.write_text(content)
    report = check(connected, installation, desktop)
    assert report.state == "unreadable"
    assert report.fix


def test_a_bridge_that_is_gone_is_stale(
    connected: Target, bridge: Path, installation: Installation, desktop: StillDesktop
) -> None:
    bridge.unlink()
    report = check(connected, installation, desktop)
    assert report.state == "stale"
    assert str(bridge) in report.words


def test_a_bridge_of_another_installation_is_stale(
    connected: Target, tmp_path: Path, installation: Installation, desktop: StillDesktop
) -> None:
    moved = Installation(installation.home, str(tmp_path / "new" / "doorkeep-bridge"))
    assert check(connected, moved, desktop).state == "stale"


def test_connecting_again_mends_a_stale_entry(
    connected: Target, tmp_path: Path, installation: Installation, desktop: StillDesktop
) -> None:
    bridge = tmp_path / "doorkeep-bridge"
    bridge.write_text("#!/bin/sh\n")
    bridge.chmod(0o755)
    moved = Installation(installation.home, str(bridge))
    carry_out(connected, moved, Wish("connect", ("filesystem",)), desktop)
    assert check(connected, moved, desktop).state == "connected"


def test_a_file_without_us_is_not_connected(target: Target, installation: Installation, desktop: StillDesktop) -> None:
    report = check(target, installation, desktop)
    assert (report.state, report.entries, report.lost) == ("not connected", {}, ())


def test_an_entry_pasted_by_hand_counts(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    edited(config, lambda document: document["mcpServers"].update(mine=installation.entry("filesystem")))
    report = check(target, installation, desktop)
    assert (report.state, report.entries) == ("connected", {"mine": "filesystem"})


def test_a_wish_that_waits_is_said(target: Target, installation: Installation, desktop: StillDesktop) -> None:
    desktop.runs = Running(4711)
    pending.add(installation.home, target, Wish("connect"))
    report = check(target, installation, desktop)
    assert (report.state, report.running) == ("waiting", True)
    assert "connect waits" in report.waiting


def test_a_disconnect_that_waits_leaves_the_state(
    connected: Target, installation: Installation, desktop: StillDesktop
) -> None:
    pending.add(installation.home, connected, Wish("disconnect"))
    report = check(connected, installation, desktop)
    assert report.state == "connected"
    assert "disconnect waits" in report.waiting


def test_a_policy_that_blocks_local_servers_is_said(
    connected: Target, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.forced = {"isLocalDevMcpEnabled": "false"}
    report = check(connected, installation, desktop)
    assert (report.state, report.well) == ("connected", False)
    assert "organisation" in report.blocked


@pytest.mark.parametrize(("ago", "noted"), [(3600.0, True), (-60.0, False), (0.0, False)])
def test_an_app_that_started_before_the_entry_has_to_start_again(
    connected: Target, installation: Installation, desktop: StillDesktop, ago: float, noted: bool
) -> None:
    desktop.runs = Running(4711, began=time.time() - ago)
    assert bool(check(connected, installation, desktop).notes) is noted


def test_a_damaged_record_is_a_state_too(connected: Target, installation: Installation, desktop: StillDesktop) -> None:
    Path(installation.home, "clients", "claude-desktop.json").write_text("{")
    assert check(connected, installation, desktop).state == "unreadable"


def test_looking_changes_nothing(
    connected: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    def everything() -> list[tuple[str, int]]:
        roots = (Path(installation.home), config.parent)
        return sorted((str(path), path.stat().st_mtime_ns) for root in roots for path in root.rglob("*"))

    before = everything()
    check(connected, installation, desktop)
    assert everything() == before
