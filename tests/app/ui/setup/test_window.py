"""The first run: three steps, each skippable, at most eight clicks to a connected app."""

from __future__ import annotations

import json
from pathlib import Path

from app.core.journal.record import CallRecord
from app.core.settings import load
from app.desktop.apps import Running
from app.ui.setup.window import SetupWindow
from tests.fakes.clients import StillDesktop

LONG = 20_000


def to_clients(window: SetupWindow, qtbot):
    window.show_step(2)
    qtbot.waitUntil(lambda: bool(window.clients.blocks), timeout=LONG)
    return next(iter(window.clients.blocks.values()))


def test_from_an_empty_home_to_the_first_call_in_at_most_eight_clicks(
    window: SetupWindow, home: str, config: Path, desktop: StillDesktop, link, qtbot, screens
) -> None:
    ended: list[bool] = []
    window.finished.connect(lambda: ended.append(True))
    screens("setup-folders", window)
    window.folders.rows[0].box.click()  # 1
    qtbot.waitUntil(lambda: window.folders.granted == 1, timeout=LONG)
    screens("setup-folders-chosen", window)
    window.forward.click()  # 2
    qtbot.waitUntil(lambda: bool(window.servers.rows), timeout=LONG)
    screens("setup-servers", window)
    window.forward.click()  # 3
    qtbot.waitUntil(lambda: bool(window.clients.blocks), timeout=LONG)
    (block,) = window.clients.blocks.values()
    qtbot.waitUntil(block.panel.now.isVisible, timeout=LONG)
    assert window.forward.text() == "Finish without connecting"
    screens("setup-clients", window)
    block.panel.now.click()  # 4
    qtbot.waitUntil(lambda: block.standing.report.state == "connected", timeout=LONG)
    link.record.emit(CallRecord(1, "", client="claude-ai 0.1.0", server="filesystem", tool="list_directory"))
    assert block.through.text() == "Claude Desktop called Doorkeep just now."
    assert window.forward.text() == "Done"
    screens("setup-called", window)
    window.forward.click()  # 5
    assert ended == [True]
    assert "filesystem" in json.loads(config.read_text())["mcpServers"]
    assert [folder.access for folder in load(home).folders] == ["ask"]


def test_every_step_can_be_skipped(window: SetupWindow, home: str, config: Path) -> None:
    before = config.read_bytes()
    assert window.forward.text() == "Continue without folders"
    for _ in range(3):
        window.forward.click()
    assert not window.isVisible()
    assert not Path(home, "doorkeep.toml").exists()
    assert config.read_bytes() == before


def test_back_leads_to_the_step_before(window: SetupWindow) -> None:
    window.forward.click()
    window.back.click()
    assert window.now == 0
    assert not window.back.isVisible()


def test_closing_is_finishing_and_is_said_once(window: SetupWindow) -> None:
    ended: list[bool] = []
    window.finished.connect(lambda: ended.append(True))
    window.close()
    window.close()
    assert ended == [True]


def test_an_open_app_may_be_quit_or_waited_for(window: SetupWindow, desktop: StillDesktop, qtbot, screens) -> None:
    desktop.runs = Running(4711)
    block = to_clients(window, qtbot)
    qtbot.waitUntil(block.panel.later.isVisible, timeout=LONG)
    screens("setup-clients-running", window)
    block.panel.later.click()
    qtbot.waitUntil(lambda: block.standing.report.state == "waiting", timeout=LONG)
    assert "Close Claude Desktop" in block.through.text()


def test_run_again_it_shows_what_is_in_force(window: SetupWindow, services, ground, qtbot) -> None:
    window.folders.rows[0].box.click()
    qtbot.waitUntil(lambda: window.folders.granted == 1, timeout=LONG)
    window.close()
    again = SetupWindow(services, ground)
    qtbot.addWidget(again)
    qtbot.waitUntil(lambda: again.folders.granted == 1, timeout=LONG)
    assert again.forward.text() == "Continue"
