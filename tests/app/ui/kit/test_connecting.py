"""The look at a change before it is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.clients.changes import What, Wish
from app.clients.connect import Outcome
from app.clients.targets import Target, find_client, find_target
from app.desktop.apps import Running
from app.ui.kit.connecting import ChangePanel, Ground
from tests.fakes.clients import StillDesktop, make_bridge, write_config

LONG = 20_000


@pytest.fixture
def desktop() -> StillDesktop:
    return StillDesktop()


@pytest.fixture
def ground(home: str, desktop: StillDesktop, tmp_path: Path) -> Ground:
    return Ground(home, desktop, str(make_bridge(tmp_path)))


@pytest.fixture
def target(guard: Path) -> Target:
    write_config(guard)
    return find_target(find_client("claude-desktop"))


@pytest.fixture
def panel(services, ground: Ground, qtbot) -> ChangePanel:
    made = ChangePanel(services, ground)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def done(panel: ChangePanel) -> list[Outcome]:
    found: list[Outcome] = []
    panel.done.connect(found.append)
    return found


def look(panel: ChangePanel, target: Target, qtbot, what: What = "connect") -> None:
    panel.show_change(target, Wish(what))
    qtbot.waitUntil(lambda: bool(panel.words.text()), timeout=LONG)


def test_a_closed_app_needs_one_button(panel: ChangePanel, target: Target, qtbot, done: list[Outcome]) -> None:
    look(panel, target, qtbot)
    assert panel.now.text() == "Connect"
    assert not panel.later.isVisible()
    panel.now.click()
    qtbot.waitUntil(lambda: bool(done), timeout=LONG)
    assert done[0].state == "done"


def test_an_open_app_is_quit_and_started_again(
    panel: ChangePanel, target: Target, desktop: StillDesktop, qtbot, done: list[Outcome]
) -> None:
    desktop.runs = Running(4711)
    desktop.before_start = lambda: Path(target.path).write_text(Path(target.path).read_text() + "\n")
    look(panel, target, qtbot)
    panel.now.click()
    assert not panel.now.isEnabled()
    qtbot.waitUntil(lambda: bool(done), timeout=LONG)
    assert desktop.asked == ["quit", "start"]


def test_an_app_that_was_opened_meanwhile_is_asked_about_anew(
    panel: ChangePanel, target: Target, desktop: StillDesktop, qtbot, done: list[Outcome]
) -> None:
    look(panel, target, qtbot)
    desktop.runs = Running(4711)
    panel.now.click()
    qtbot.waitUntil(panel.later.isVisible, timeout=LONG)
    assert panel.now.isEnabled()
    assert done == []


def test_nothing_to_change_is_said(panel: ChangePanel, target: Target, qtbot) -> None:
    look(panel, target, qtbot, "disconnect")
    assert panel.words.text().startswith("There is nothing to change")
    assert not panel.now.isVisible()
