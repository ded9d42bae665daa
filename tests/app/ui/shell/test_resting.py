"""A window that stays hidden gives up what it holds, but nothing that somebody still waits for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget

from app.ui.kit.page import Page
from app.ui.kit.services import Services
from app.ui.shell import resting
from app.ui.shell.resting import Resting
from app.ui.shell.sidebar import Entry
from app.ui.shell.window import Window

LONG = 20_000


@pytest.fixture
def window(services: Services, qtbot) -> Window:
    """Two pages were opened; the second is in view."""
    makers: dict[str, Callable[[], Page]] = {
        name: lambda name=name: Page(name, services) for name in ("home", "folders")
    }
    entries = [Entry("home", "Home", "home"), Entry("folders", "Folders", "folders")]
    made = Window(entries, makers, services.messages, services.theme)
    qtbot.addWidget(made)
    made.go("home")
    made.go("folders")
    return made


@pytest.fixture
def given_back() -> list[bool]:
    return []


@pytest.fixture
def rest(window: Window, services: Services, given_back: list[bool], monkeypatch: pytest.MonkeyPatch) -> Resting:
    monkeypatch.setattr(resting, "AFTER_MS", 1)
    return Resting(lambda: window, services.link, services.background, window, lambda: given_back.append(True))


def pages(window: Window) -> int:
    return window.stack.count()


def test_after_a_while_pages_go_and_memory_is_given_back(rest: Resting, window: Window, given_back, qtbot) -> None:
    rest.begin()
    qtbot.waitUntil(lambda: bool(given_back), timeout=LONG)
    assert pages(window) == 1
    assert window.now == "folders"


def test_a_window_that_came_back_keeps_its_pages(rest: Resting, window: Window, qtbot) -> None:
    window.show()
    rest._rest()
    assert pages(window) == 2
    window.hide()
    rest.begin()
    rest.end()
    assert not rest._soon.isActive()


def test_nothing_goes_while_an_answer_or_work_is_waited_for(
    rest: Resting, window: Window, link, services, qtbot
) -> None:
    link.waits = True
    rest._rest()
    assert pages(window) == 2
    assert rest._soon.isActive()
    link.waits = False
    services.background.hold()
    services.background.run(lambda: None)
    rest._rest()
    assert pages(window) == 2
    services.background.go_on()
    qtbot.waitUntil(lambda: pages(window) == 1, timeout=LONG)


def test_nothing_goes_while_a_message_can_be_answered(rest: Resting, window: Window, services: Services) -> None:
    services.messages.notice("Something was done.")
    rest._rest()
    assert pages(window) == 2


def test_without_a_window_there_is_nothing_to_give_up(services: Services, qtbot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    Resting(lambda: None, services.link, services.background, owner, lambda: pytest.fail("nothing was held"))._rest()
