"""The Servers page: states, switches, rules, restart, messages and trouble."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from app.control.messages import Joined
from app.core.errors import DoorkeepError
from app.core.settings import load
from app.ui.kit.segmented import Segmented
from app.ui.servers.page import ServersPage

Make = Callable[..., ServersPage]
LONG = 20_000


def click(qtbot, control: Segmented, index: int) -> None:
    qtbot.mouseClick(control.segments[index], Qt.MouseButton.LeftButton)


def test_a_running_server_shows_its_state_and_numbers(make_page: Make, qtbot, screens) -> None:
    card = make_page().cards["filesystem"]
    qtbot.waitUntil(lambda: card.chip.accessibleName() == "Running", timeout=LONG)
    qtbot.waitUntil(lambda: "MB of memory" in card.numbers.text(), timeout=LONG)
    assert card.numbers.text().startswith("2 apps connected · process ")
    assert "1 running now" in card.numbers.text()


def test_without_a_gateway_no_state_is_claimed(make_page: Make, link, qtbot, screens) -> None:
    link.is_up = False
    page = make_page()
    card = page.cards["filesystem"]
    qtbot.waitUntil(lambda: card.chip.accessibleName() == "Gateway not running", timeout=LONG)
    assert "process" not in card.numbers.text()
    screens("servers-down", page)


def test_off_is_in_force_and_the_card_says_so(make_page: Make, home: str, qtbot) -> None:
    card = make_page().cards["filesystem"]
    click(qtbot, card.enabled, 0)
    qtbot.waitUntil(lambda: card.state.accessibleName() == "In force", timeout=LONG)
    assert load(home).servers["filesystem"].enabled is False
    qtbot.waitUntil(lambda: card.chip.accessibleName() == "Off", timeout=LONG)


def test_in_force_is_not_left_standing_beside_the_next_change(make_page: Make, qtbot) -> None:
    card = make_page().cards["filesystem"]
    click(qtbot, card.enabled, 0)
    qtbot.waitUntil(card.state.isVisible, timeout=LONG)
    click(qtbot, card.enabled, 1)
    assert not card.state.isVisible()


def test_a_tool_gets_a_rule_and_loses_it_again(make_page: Make, home: str, tracker: Path, qtbot, screens) -> None:
    page = make_page()
    card = page.cards["tracker"]
    card.show_tools.click()
    assert card.tools is not None
    assert card.tools.rules["create_issue"].value == "off"
    assert card.tools.rules["list_issues"].value == "default"
    click(qtbot, card.tools.rules["list_issues"], 2)
    qtbot.waitUntil(lambda: load(home).servers["tracker"].tools.get("list_issues") == "ask", timeout=LONG)
    click(qtbot, card.tools.rules["list_issues"], 0)
    qtbot.waitUntil(lambda: "list_issues" not in load(home).servers["tracker"].tools, timeout=LONG)
    assert tracker.read_text().startswith("# mine\n")
    qtbot.waitUntil(lambda: card.state.accessibleName() == "In force", timeout=LONG)
    screens("servers-tools", page)


def test_a_change_that_fails_puts_the_control_back_and_says_why(make_page: Make, settings, qtbot) -> None:
    card = make_page().cards["filesystem"]
    settings("servers = 3")
    click(qtbot, card.enabled, 0)
    qtbot.waitUntil(card.problem.isVisible, timeout=LONG)
    assert card.enabled.value == "on"


def test_restart_asks_the_gateway(make_page: Make, link, qtbot) -> None:
    card = make_page().cards["filesystem"]
    qtbot.waitUntil(card.restart.isVisible, timeout=LONG)
    card.restart.click()
    assert ("restart_server", {"name": "filesystem"}) in link.calls
    assert "starts it afresh" in card.state.accessibleName()
    link.answers["restart_server"] = DoorkeepError("It cannot be ended.")
    card.restart.click()
    assert card.problem.text() == "It cannot be ended."


def test_its_own_messages_are_read_when_asked_for(make_page: Make, home: str, qtbot) -> None:
    card = make_page().cards["filesystem"]
    card.show_log.click()
    qtbot.waitUntil(lambda: card.log.toPlainText() == "It wrote nothing yet.", timeout=LONG)
    (Path(home) / "logs").mkdir()
    (Path(home) / "logs" / "filesystem.log").write_text("started\n")
    card.log_wanted.emit()
    qtbot.waitUntil(lambda: "started" in card.log.toPlainText(), timeout=LONG)


def test_an_event_brings_a_fresh_look(make_page: Make, link, status: dict[str, Any], qtbot) -> None:
    card = make_page().cards["filesystem"]
    status["servers"][0].update(state="resting", pid=None)
    link.happened.emit(Joined(event="server", server="filesystem", state="ended"))
    qtbot.waitUntil(lambda: card.chip.accessibleName() == "Keeps ending", timeout=LONG)


def test_broken_settings_are_said_with_a_button_that_opens_the_file(
    make_page: Make, settings, home: str, qtbot, screens
) -> None:
    opened: list[str] = []
    settings("[servers\n")
    page = make_page(open_file=opened.append)
    assert page.trouble.isVisible()
    assert not page.cards["filesystem"].isEnabled()
    screens("servers-broken", page)
    page.trouble.open.click()
    assert opened == [str(Path(home) / "doorkeep.toml")]


def test_the_calls_of_a_server_lead_to_activity(make_page: Make, gone) -> None:
    make_page().cards["filesystem"].show_activity.click()
    assert gone == [("activity", {"filter": "server:filesystem"})]


def test_a_tool_is_tried_by_hand(make_page: Make, qtbot, screens) -> None:
    asked: list[Any] = []

    def call(home: str, server: str, tool: str, arguments: dict[str, Any], _unwanted: object) -> dict[str, Any]:
        asked.append((server, tool, arguments))
        return {"content": [{"type": "text", "text": "entries=2\nreport.md 18\nnotes/"}]}

    page = make_page(call=call)
    card = page.cards["filesystem"]
    card.show_trying.click()
    assert card.trying is not None
    panel = card.trying
    panel.form.fields["path"].widget.setText("~/Documents")  # type: ignore[attr-defined]
    panel.run.click()
    qtbot.waitUntil(panel.result.isVisible, timeout=LONG)
    assert asked == [("filesystem", "list_directory", {"path": "~/Documents"})]
    assert "report.md" in panel.result.toPlainText()
    page.resize(840, 1000)
    qtbot.wait(1)
    screens("servers-trying", page)
