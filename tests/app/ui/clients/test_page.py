"""Clients: found, looked at, connected, left, repaired, put back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from app.clients.serving import shipped
from app.core.journal.record import CallRecord
from app.desktop.apps import Running
from app.ui.clients.card import ClientCard
from app.ui.clients.page import ClientsPage
from app.ui.kit.messages import Message
from tests.fakes.clients import OTHERS, StillDesktop

Make = Callable[[], ClientsPage]
LONG = 20_000


def card_of(page: ClientsPage) -> ClientCard:
    assert len(page.cards) == 1
    return next(iter(page.cards.values()))


def connect(page: ClientsPage, qtbot) -> ClientCard:
    card = card_of(page)
    card.connect_button.click()
    qtbot.waitUntil(card.panel.now.isVisible, timeout=LONG)
    card.panel.now.click()
    qtbot.waitUntil(lambda: card.standing.report.state == "connected", timeout=LONG)
    return card


def test_without_any_client_the_page_says_what_it_is_for(make_page: Make, screens) -> None:
    page = make_page()
    assert page.empty.isVisible()
    assert "mcpServers" in page.snippet.toPlainText()
    screens("clients-empty", page)


def test_a_client_is_found_and_not_connected(make_page: Make, config: Path, qtbot) -> None:
    card = card_of(make_page())
    assert card.chip.accessibleName() == "Not connected"
    qtbot.waitUntil(card.connect_button.isVisible, timeout=LONG)
    assert not card.leave_button.isVisible()
    assert card.path.text() == "~/.config/Claude/claude_desktop_config.json"


def test_the_exact_diff_is_seen_before_anything_is_written(make_page: Make, config: Path, qtbot, screens) -> None:
    page = make_page()
    before = config.read_bytes()
    card = card_of(page)
    card.connect_button.click()
    qtbot.waitUntil(card.panel.now.isVisible, timeout=LONG)
    shown = card.panel.diff.toPlainText()
    assert '+    "filesystem": {' in shown
    assert "hunter2" not in shown
    assert config.read_bytes() == before
    screens("clients-preview", page)


def test_connect_writes_our_entry_and_nothing_else(make_page: Make, config: Path, qtbot, screens) -> None:
    page = make_page()
    card = connect(page, qtbot)
    found = json.loads(config.read_text())
    ours = [found["mcpServers"].pop(server)["command"] for server in shipped()]
    assert all(command.endswith("doorkeep-bridge") for command in ours)
    assert found == OTHERS
    assert card.leave_button.isVisible()
    assert not card.panel.isVisible()
    card.copies_button.click()
    screens("clients-connected", page)
    following = [page._again]
    while following[-1] is not page.copy:
        following.append(following[-1].nextInFocusChain())  # type: ignore[arg-type]
    assert card.leave_button in following  # Tab comes by the apps before the entry to add by hand


def test_disconnect_brings_the_old_bytes_back(make_page: Make, config: Path, qtbot) -> None:
    before = config.read_bytes()
    card = connect(make_page(), qtbot)
    card.leave_button.click()
    qtbot.waitUntil(card.panel.now.isVisible, timeout=LONG)
    card.panel.now.click()
    qtbot.waitUntil(lambda: card.standing.report.state == "not connected", timeout=LONG)
    assert config.read_bytes() == before


def test_a_copy_is_put_back(make_page: Make, config: Path, qtbot) -> None:
    before = config.read_bytes()
    card = connect(make_page(), qtbot)
    card._restore(card.standing.backups[-1].id)
    qtbot.waitUntil(card.panel.now.isVisible, timeout=LONG)
    card.panel.now.click()
    qtbot.waitUntil(lambda: config.read_bytes() == before, timeout=LONG)


def test_a_running_app_is_quit_or_waited_for_as_the_person_chooses(
    make_page: Make, config: Path, desktop: StillDesktop, qtbot, screens
) -> None:
    desktop.runs = Running(4711)
    page = make_page()
    card = card_of(page)
    card.connect_button.click()
    qtbot.waitUntil(card.panel.later.isVisible, timeout=LONG)
    assert card.panel.now.text() == "Quit Claude Desktop and connect"
    screens("clients-running", page)
    card.panel.later.click()
    qtbot.waitUntil(lambda: card.standing.report.state == "waiting", timeout=LONG)
    screens("clients-waiting", page)
    desktop.runs = None
    assert page.guarding is not None
    page.guarding.stir()
    qtbot.waitUntil(lambda: card.standing.report.state == "connected", timeout=LONG)


def test_a_wiped_entry_is_told_by_the_guardian_and_put_back_by_a_click(
    make_page: Make, config: Path, qtbot, screens
) -> None:
    page = make_page()
    card = connect(page, qtbot)
    config.write_text("{}")
    qtbot.waitUntil(card.repair_button.isVisible, timeout=LONG)
    assert "dropped all servers" in card.trouble.text()
    screens("clients-wiped", page)
    card.repair_button.click()
    qtbot.waitUntil(card.panel.now.isVisible, timeout=LONG)
    card.panel.now.click()
    qtbot.waitUntil(lambda: card.standing.report.state == "connected", timeout=LONG)


def test_a_file_that_cannot_be_read_is_said(make_page: Make, config: Path, screens) -> None:
    config.write_text("{ this is not JSON")
    page = make_page()
    card = card_of(page)
    assert card.chip.accessibleName() == "Cannot be read"
    assert not card.trouble.isHidden()
    assert not card.connect_button.isVisible()
    screens("clients-unreadable", page)


def test_a_call_shows_at_once_as_the_last_one(make_page: Make, config: Path, link) -> None:
    page = make_page()
    link.record.emit(CallRecord(1, "2999-01-01T00:00:00.000Z", client="claude-ai 0.1.0", server="filesystem"))
    assert "Last called just now" in card_of(page).called.text()


def test_what_fails_is_said_in_the_panel_and_nothing_is_written(make_page: Make, config: Path, ground, qtbot) -> None:
    page = make_page()
    card = card_of(page)
    Path(ground.bridge).unlink()
    before = config.read_bytes()
    card.connect_button.click()
    qtbot.waitUntil(card.panel.problem.isVisible, timeout=LONG)
    assert "bridge" in card.panel.problem.text()
    assert config.read_bytes() == before


def test_the_entry_can_be_copied(make_page: Make) -> None:
    page = make_page()
    page.copy.click()
    assert QGuiApplication.clipboard().text() == page.snippet.toPlainText()


def test_a_deed_is_said_to_the_person(make_page: Make, config: Path, services, qtbot) -> None:
    connect(make_page(), qtbot)
    said: list[Message] = services.messages.show_from_now_on()
    assert [message.title for message in said] == ["Claude Desktop is connected."]


def test_cancel_leaves_no_trace(make_page: Make, config: Path, qtbot) -> None:
    before = config.read_bytes()
    card = card_of(make_page())
    card.connect_button.click()
    qtbot.waitUntil(card.panel.now.isVisible, timeout=LONG)
    card.panel.cancel.click()
    assert not card.panel.isVisible()
    assert card.connect_button.isVisible()
    assert config.read_bytes() == before


def test_the_entry_to_add_by_hand_is_shown_in_an_apps_own_form(make_page: Make, qtbot, screens) -> None:
    page = make_page()
    page.form.setCurrentIndex(page.form.findText("Goose"))
    assert page.snippet.toPlainText().startswith("extensions:")
    assert "~/.config/goose/config.yaml" in page.where.text()
    page.copy.click()
    assert QGuiApplication.clipboard().text() == page.snippet.toPlainText()
    screens("clients-by-hand", page)
    page.form.setCurrentIndex(0)
    assert "mcpServers" in page.snippet.toPlainText()
