"""Look, start at login, notifications: acted on at once and remembered."""

from __future__ import annotations

import pytest

from app.desktop import autostart, preferences
from app.desktop.preferences import Preferences
from app.ui.settings.manners import MannersPanel

LONG = 20_000


class Login:
    """The system's switch."""

    def __init__(self) -> None:
        self.on = False
        self.refuses = False

    def switch(self, home: str, *, on: bool) -> None:
        if self.refuses:
            raise OSError("read-only")
        self.on = on


@pytest.fixture
def login(monkeypatch) -> Login:
    made = Login()
    monkeypatch.setattr(autostart, "is_on", lambda: made.on)
    monkeypatch.setattr(autostart, "switch", made.switch)
    return made


@pytest.fixture
def kept() -> Preferences:
    return Preferences(geometry="here")


@pytest.fixture
def panel(services, kept: Preferences, login: Login, qtbot) -> MannersPanel:
    made = MannersPanel(services, kept)
    qtbot.addWidget(made)
    made.show()
    made.look()
    qtbot.waitUntil(made.login.isEnabled, timeout=LONG)
    return made


def test_a_theme_is_taken_at_once_and_kept(panel: MannersPanel, services, home: str, kept: Preferences, qtbot) -> None:
    panel.theme.chosen.emit("dark")
    assert services.theme.dark
    assert kept.theme == "dark"
    qtbot.waitUntil(lambda: preferences.load(home).theme == "dark", timeout=LONG)
    assert preferences.load(home).geometry == "here"


def test_a_kind_of_notification_is_switched(panel: MannersPanel, home: str, kept: Preferences, qtbot) -> None:
    assert set(panel.notices) == set(preferences.NOTICES)
    panel.notices["denied"].click()
    assert kept.quiet == ["denied"]
    qtbot.waitUntil(lambda: preferences.load(home).quiet == ["denied"], timeout=LONG)
    panel.notices["denied"].click()
    qtbot.waitUntil(lambda: preferences.load(home).quiet == [], timeout=LONG)


def test_start_at_login_shows_what_the_system_has(panel: MannersPanel, login: Login, qtbot) -> None:
    assert not panel.login.isChecked()
    panel.login.click()
    qtbot.waitUntil(panel.login.isEnabled, timeout=LONG)
    assert login.on
    login.on = False
    panel.look()
    qtbot.waitUntil(lambda: not panel.login.isChecked(), timeout=LONG)


def test_a_switch_that_the_system_refuses_goes_back_and_is_said(panel: MannersPanel, login: Login, qtbot) -> None:
    login.refuses = True
    panel.login.click()
    qtbot.waitUntil(lambda: panel.problem.isVisible() and panel.login.isEnabled(), timeout=LONG)
    assert not panel.login.isChecked()
