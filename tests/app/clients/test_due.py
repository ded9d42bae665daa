"""Waiting changes are carried out once the app is closed, and go on waiting where that fails."""

from __future__ import annotations

import json
from pathlib import Path

from app.clients import pending
from app.clients.changes import Wish
from app.clients.due import apply_due
from app.clients.targets import Installation, Target, find_client, find_target
from app.desktop.apps import Running
from tests.app.clients.conftest import StillDesktop


def connected(config: Path) -> bool:
    return "filesystem" in json.loads(config.read_text()).get("mcpServers", {})


def test_nothing_happens_while_the_app_runs(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.runs = Running(4711)
    pending.add(installation.home, target, Wish("connect"))
    assert apply_due(installation, desktop) == []
    assert not connected(config)
    assert len(pending.waiting(installation.home)) == 1


def test_a_closed_app_gets_its_change_once(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    pending.add(installation.home, target, Wish("connect"))
    (done,) = apply_due(installation, desktop)
    assert done.outcome is not None
    assert done.outcome.state == "done"
    assert connected(config)
    assert pending.waiting(installation.home) == []
    assert apply_due(installation, desktop) == []


def test_an_app_that_starts_in_this_moment_is_waited_for(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    pending.add(installation.home, target, Wish("connect"))
    desktop.at_look[2] = lambda: setattr(desktop, "runs", Running(4711))
    assert apply_due(installation, desktop) == []
    assert not connected(config)
    assert len(pending.waiting(installation.home)) == 1


def test_what_cannot_be_done_goes_on_waiting_with_its_reason(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    pending.add(installation.home, target, Wish("connect"))
    config.write_text("{")
    (failed,) = apply_due(installation, desktop)
    assert "line 1" in failed.problem
    assert pending.waiting(installation.home)[0].problem == failed.problem
    config.write_text("{}")
    assert apply_due(installation, desktop)[0].problem == ""
    assert connected(config)


def test_one_file_alone_can_be_asked_for(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    other = config.with_name("other.json")
    other.write_text("{}")
    pending.add(installation.home, target, Wish("connect"))
    pending.add(installation.home, find_target(find_client("claude-desktop"), str(other)), Wish("connect"))
    assert [each.pending.path for each in apply_due(installation, desktop, only=target)] == [target.path]
    assert not connected(other)
