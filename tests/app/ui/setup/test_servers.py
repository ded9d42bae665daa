"""Step two: a server is switched at once, and a switch that could not be made goes back."""

from __future__ import annotations

from pathlib import Path

from app.core.settings import load
from app.ui.setup.servers import ServersStep

LONG = 20_000


def step_of(services, qtbot) -> ServersStep:
    step = ServersStep(services)
    qtbot.addWidget(step)
    step.show()
    step.enter()
    qtbot.waitUntil(lambda: bool(step.rows), timeout=LONG)
    return step


def test_a_server_is_switched_off_and_on(services, home: str, qtbot) -> None:
    step = step_of(services, qtbot)
    row = next(row for row in step.rows if row.name == "filesystem")
    assert row.box.isChecked()
    row.box.click()
    qtbot.waitUntil(lambda: not row.in_force, timeout=LONG)
    assert not load(home).servers["filesystem"].enabled
    row.box.click()
    qtbot.waitUntil(lambda: row.in_force, timeout=LONG)
    assert load(home).servers["filesystem"].enabled


def test_broken_settings_are_said_and_the_switch_goes_back(services, home: str, qtbot) -> None:
    step = step_of(services, qtbot)
    Path(home, "doorkeep.toml").write_text("this is not TOML")
    step.rows[0].box.click()
    qtbot.waitUntil(step.problem.isVisible, timeout=LONG)
    assert "not valid TOML" in step.problem.text()
    assert step.rows[0].box.isChecked()
