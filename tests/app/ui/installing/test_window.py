"""The window of an unpacked archive: one state at a time, each with what can be done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.errors import DoorkeepError
from app.desktop.installing import Found, Progress
from app.ui.installing.window import InstallingWindow
from app.ui.kit.theme import Theme
from app.version import VERSION
from tests.fakes.looking import illegible, nameless

SECONDS = 30_000


class FakeDeeds:
    """`app.desktop.installing` without a disk. `done` holds what was asked for."""

    def __init__(self, found: Found | None = None) -> None:
        self.found = found
        self.done: list[str] = []
        self.failure: Exception | None = None

    def installed(self) -> Found | None:
        return self.found

    def size(self) -> int:
        return 151_000_000

    def install(self, progress: Progress) -> list[str]:
        progress(1, 2)
        self._did("install")
        return ["~/.local/bin is not in your PATH yet."]

    def uninstall(self, home: str) -> list[str]:
        self._did(f"uninstall {home}")
        return [f"Your settings stay in {home}."]

    def open_installed(self) -> None:
        self._did("open installed")

    def open_here(self) -> None:
        self._did("open here")

    def _did(self, what: str) -> None:
        self.done.append(what)
        if self.failure is not None:
            raise self.failure


Shown = Callable[[FakeDeeds], InstallingWindow]


@pytest.fixture
def shown(qtbot: QtBot, theme: Theme, screens: Callable[[str, QWidget], None]) -> Iterator[Shown]:
    made: list[InstallingWindow] = []

    def show(deeds: FakeDeeds) -> InstallingWindow:
        window = InstallingWindow("/home/ann/.local/share/doorkeep", theme, deeds)
        window.show()
        made.append(window)
        return window

    yield show
    for window in made:
        screens(f"installing-{re.sub('[^a-z]+', '-', window.title.text().lower()).strip('-')}", window)
        assert not illegible(window)
        assert not nameless(window)
        window.close()
        window.finish()
        window.deleteLater()


def press(window: InstallingWindow, word: str) -> None:
    (button,) = [button for button in window.buttons if button.text() == word]
    button.click()


def words(window: InstallingWindow) -> list[str]:
    return [button.text() for button in window.buttons]


def test_it_says_what_installing_takes_and_offers_it_first(shown: Shown) -> None:
    window = shown(FakeDeeds())
    assert "151 MB" in window.about.text()
    assert words(window) == ["Only run it from here", "Install for me"]
    assert window.buttons[-1].isDefault()


def test_installing_ends_with_opening_what_was_installed(shown: Shown, qtbot: QtBot) -> None:
    deeds = FakeDeeds()
    window = shown(deeds)
    press(window, "Install for me")
    qtbot.waitUntil(lambda: window.title.text() == "Doorkeep is installed", timeout=SECONDS)
    assert "not in your PATH" in window.about.text()
    press(window, "Open Doorkeep")
    assert deeds.done == ["install", "open installed"]
    assert not window.isVisible()


def test_a_failure_is_said_in_its_own_words_and_can_be_tried_again(shown: Shown, qtbot: QtBot) -> None:
    deeds = FakeDeeds()
    deeds.failure = DoorkeepError("The disk became full.", "Nothing was installed.", "Make room and try again.")
    window = shown(deeds)
    press(window, "Install for me")
    qtbot.waitUntil(lambda: window.title.text() == "The disk became full.", timeout=SECONDS)
    assert window.about.text() == "Nothing was installed. Make room and try again."
    press(window, "Try again")
    assert words(window) == ["Only run it from here", "Install for me"]


def test_it_runs_from_where_it_lies_without_installing(shown: Shown) -> None:
    deeds = FakeDeeds()
    press(shown(deeds), "Only run it from here")
    assert deeds.done == ["open here"]


@pytest.mark.parametrize(
    ("version", "offered"),
    [
        (VERSION, ["Remove…", "Install again", "Open Doorkeep"]),
        ("0.0.1", ["Remove…", "Open Doorkeep", f"Install {VERSION}"]),
    ],
)
def test_what_is_installed_already_is_opened_or_replaced(shown: Shown, version: str, offered: list[str]) -> None:
    window = shown(FakeDeeds(Found(version, "/home/ann/.local/lib/doorkeep")))
    assert window.title.text() == f"Doorkeep {version} is installed"
    assert words(window) == offered


def test_removing_asks_once_and_says_what_stays(shown: Shown, qtbot: QtBot) -> None:
    deeds = FakeDeeds(Found(VERSION, "/home/ann/.local/lib/doorkeep"))
    window = shown(deeds)
    press(window, "Remove…")
    assert window.title.text() == "Remove Doorkeep?"
    assert deeds.done == []
    press(window, "Remove")
    qtbot.waitUntil(lambda: window.title.text() == "Doorkeep is removed", timeout=SECONDS)
    assert window.about.text() == "Your settings stay in /home/ann/.local/share/doorkeep."
    assert deeds.done == ["uninstall /home/ann/.local/share/doorkeep"]
