"""Settings: the page as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.desktop import reveal
from app.desktop.preferences import Preferences
from app.ui.settings.page import SettingsPage

LONG = 20_000


@pytest.fixture
def page(services, qtbot) -> SettingsPage:
    made = SettingsPage(services, Preferences())
    qtbot.addWidget(made)
    made.resize(860, 1500)
    made.show()
    made.opened({})
    qtbot.waitUntil(made.limits.numbers["journal_days"].isEnabled, timeout=LONG)
    qtbot.waitUntil(made.manners.login.isEnabled, timeout=LONG)
    return made


def test_it_shows_what_is_in_force(page: SettingsPage, screens) -> None:
    assert page.limits.numbers["journal_days"].value() == 90
    assert page.manners.theme.value == page.services.theme.choice
    screens("settings", page)


def test_the_first_run_can_be_run_again(page: SettingsPage, gone) -> None:
    page.carrying.again.click()
    assert gone == [("setup", {})]


def test_the_state_can_be_shown_in_its_folder(page: SettingsPage, home: str, monkeypatch, qtbot) -> None:
    shown: list[str] = []
    monkeypatch.setattr(reveal, "reveal", shown.append)
    page.show_home.click()
    qtbot.waitUntil(lambda: bool(shown), timeout=LONG)
    assert shown == [str(Path(home, "doorkeep.toml"))]


def test_broken_settings_are_said(services, home: str, qtbot, screens) -> None:
    Path(home, "doorkeep.toml").write_text("this is not TOML")
    page = SettingsPage(services, Preferences())
    qtbot.addWidget(page)
    page.resize(860, 1500)
    page.show()
    page.opened({})
    qtbot.waitUntil(lambda: "not valid TOML" in page.limits.said.text(), timeout=LONG)
    screens("settings-broken", page)
