"""Looking for new versions, on the Settings page: off until switched on, asked on a press, shown before it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core import settings, updates
from app.core.updates import Release
from app.core.web import WebError
from app.desktop.preferences import Preferences
from app.ui.settings.page import SettingsPage
from app.ui.settings.updating import UpdatesPanel
from app.version import VERSION

LONG = 20_000
LINK = "https://example.com/doorkeep/releases"


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> list[Release | WebError]:
    """What the address answers."""
    given: list[Release | WebError] = [Release("9.9.9", "Undo is faster.\nNotes keep their place.", LINK)]

    def read(_content: bytes) -> Release:
        if isinstance(given[0], WebError):
            raise given[0]
        return given[0]

    monkeypatch.setattr(updates, "get", lambda _url, _most: b"")
    monkeypatch.setattr(updates, "read", read)
    return given


@pytest.fixture
def address(home: str) -> str:
    url = "https://example.com/latest.json"
    Path(settings.settings_path(home)).write_text(f'[updates]\nurl = "{url}"\n')
    return url


@pytest.fixture
def opened() -> list[str]:
    return []


@pytest.fixture
def panel(services, opened: list[str], qtbot) -> UpdatesPanel:
    made = UpdatesPanel(services, opened.append)
    qtbot.addWidget(made)
    made.show()
    return made


def looked(panel: UpdatesPanel, qtbot) -> None:
    panel.look()
    qtbot.waitUntil(panel.now.isEnabled, timeout=LONG)


def test_a_build_without_an_address_offers_nothing_and_says_so(panel: UpdatesPanel, qtbot) -> None:
    panel.look()
    qtbot.waitUntil(lambda: "no address" in panel.said.text(), timeout=LONG)
    assert not panel.switch.isEnabled()
    assert not panel.now.isEnabled()


def test_the_switch_is_written_and_read_back(panel: UpdatesPanel, address: str, home: str, qtbot) -> None:
    looked(panel, qtbot)
    assert not panel.switch.isChecked()
    panel.switch.click()
    qtbot.waitUntil(lambda: "for the first time" in panel.said.text(), timeout=LONG)
    assert settings.load(home).updates.check
    panel.switch.click()
    qtbot.waitUntil(lambda: not settings.load(home).updates.check, timeout=LONG)


def test_a_switch_that_cannot_be_written_goes_back(panel: UpdatesPanel, address: str, home: str, qtbot) -> None:
    looked(panel, qtbot)
    Path(settings.settings_path(home)).write_text("broken [")
    panel.switch.click()
    qtbot.waitUntil(lambda: "not valid TOML" in panel.said.text(), timeout=LONG)
    assert not panel.switch.isChecked()


def test_a_newer_version_is_shown_with_notes_and_where_its_link_leads(
    services, address: str, answer, opened: list[str], qtbot, screens
) -> None:
    page = SettingsPage(services, Preferences())
    qtbot.addWidget(page)
    page.resize(860, 1800)
    page.show()
    page.opened({})
    panel = page.updating
    panel._open_link = opened.append
    qtbot.waitUntil(panel.now.isEnabled, timeout=LONG)
    qtbot.waitUntil(page.manners.login.isEnabled, timeout=LONG)
    panel.now.click()
    qtbot.waitUntil(panel.leading.isVisible, timeout=LONG)
    assert f"Doorkeep 9.9.9 is there. You have {VERSION}." in panel.said.text()
    assert panel.notes.text() == "Undo is faster.\nNotes keep their place."
    assert panel.where.text() == LINK
    screens("settings-newer", page)
    assert opened == []
    panel.open.click()
    assert opened == [LINK]


def test_the_latest_version_says_so(panel: UpdatesPanel, address: str, answer, home: str, qtbot) -> None:
    answer[0] = Release(VERSION)
    settings.edit(home, lambda document: updates.switch(document, on=True))
    looked(panel, qtbot)
    panel.now.click()
    qtbot.waitUntil(lambda: "is the latest version" in panel.said.text(), timeout=LONG)
    assert not panel.leading.isVisible()


def test_a_failure_is_told_in_words_and_can_be_tried_again(panel: UpdatesPanel, address: str, answer, qtbot) -> None:
    answer[0] = WebError("example.com took too long to answer.")
    looked(panel, qtbot)
    panel.now.click()
    qtbot.waitUntil(lambda: "took too long" in panel.said.text(), timeout=LONG)
    qtbot.waitUntil(panel.now.isEnabled, timeout=LONG)
    assert not panel.leading.isVisible()
