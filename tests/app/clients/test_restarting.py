"""Quitting the app for a change: it is started again whatever happens, and what it does to the entry is seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.clients.changes import Wish
from app.clients.restarting import Timing, carry_out_restarting
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError
from app.desktop.apps import Running
from tests.app.clients.conftest import StillDesktop

CONNECT = Wish("connect")
QUICK = Timing(quit=0.05, launch=5.0, settle=0.1)
RUNNING = Running(4711)

Document = dict[str, Any]


def servers(config: Path) -> Document:
    return json.loads(config.read_text())["mcpServers"]


def test_quitting_writes_while_the_app_is_closed_and_starts_it_again(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.runs = RUNNING
    seen: list[Document] = []
    desktop.before_start = lambda: seen.append(servers(config))
    done = carry_out_restarting(target, installation, CONNECT, desktop, QUICK)
    assert desktop.asked == ["quit", "start"]
    assert "filesystem" in seen[0]
    assert (done.restarted, done.kept) == (True, True)


def test_a_closed_app_is_not_started(target: Target, installation: Installation, desktop: StillDesktop) -> None:
    assert carry_out_restarting(target, installation, CONNECT, desktop, QUICK).state == "done"
    assert desktop.asked == []


def test_an_app_is_not_quit_for_what_stands_already(
    target: Target, installation: Installation, desktop: StillDesktop
) -> None:
    carry_out_restarting(target, installation, CONNECT, desktop, QUICK)
    desktop.runs = RUNNING
    assert carry_out_restarting(target, installation, CONNECT, desktop, QUICK).state == "already"
    assert desktop.asked == []


def test_an_app_that_does_not_quit_is_left_running_and_nothing_is_written(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_bytes()
    desktop.runs, desktop.quits = RUNNING, False
    with pytest.raises(ClientConfigError, match="still runs"):
        carry_out_restarting(target, installation, CONNECT, desktop, QUICK)
    assert config.read_bytes() == original
    assert desktop.asked == ["quit"]


def test_an_app_on_another_machine_is_not_quit(
    target: Target, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.runs = Running(0, where="attic")
    with pytest.raises(ClientConfigError, match="another machine"):
        carry_out_restarting(target, installation, CONNECT, desktop, QUICK)


def test_what_cannot_be_done_closes_nobodys_app(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    config.write_text("{")
    desktop.runs = RUNNING
    with pytest.raises(ClientConfigError, match="line 1"):
        carry_out_restarting(target, installation, CONNECT, desktop, QUICK)
    assert desktop.asked == []


def test_an_app_that_was_quit_for_nothing_is_started_again(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.runs = RUNNING
    quit_app = desktop.ask_to_quit

    def quit_and_break(app: Any, running: Running) -> None:
        quit_app(app, running)
        config.write_text("{")

    desktop.ask_to_quit = quit_and_break
    with pytest.raises(ClientConfigError):
        carry_out_restarting(target, installation, CONNECT, desktop, QUICK)
    assert desktop.asked == ["quit", "start"]


def test_an_app_that_drops_the_entry_at_its_start_is_found_out(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.runs = RUNNING
    desktop.before_start = lambda: config.write_text('{"preferences": {}}')
    done = carry_out_restarting(target, installation, CONNECT, desktop, QUICK)
    assert done.kept is False
    assert "dropped the entry" in done.notes[-1]


def broken_start(app: Any, running: Any) -> None:
    raise OSError(2, "No such file or directory")


def unseen_start(app: Any, running: Any) -> None:
    return None


@pytest.mark.parametrize(
    ("start", "words"), [(broken_start, "could not be started again"), (unseen_start, "is not to be seen yet")]
)
def test_an_app_that_does_not_come_back_is_spoken_of(
    target: Target,
    config: Path,
    installation: Installation,
    desktop: StillDesktop,
    start: Callable[[Any, Any], None],
    words: str,
) -> None:
    desktop.runs = RUNNING
    vars(desktop)["start"] = start
    done = carry_out_restarting(target, installation, CONNECT, desktop, Timing(1.0, 0.05, 0.05))
    assert words in done.notes[-1]
    assert "filesystem" in servers(config)
