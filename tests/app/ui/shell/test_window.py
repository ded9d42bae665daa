"""The one window."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.ui.kit.messages import Messages
from app.ui.kit.page import Page
from app.ui.kit.services import Services
from app.ui.shell.sidebar import BADGE, Entry
from app.ui.shell.window import Window

LONG = 20_000
ENTRIES = [
    Entry("home", "Home", "home"),
    Entry("activity", "Activity", "activity"),
    Entry("folders", "Folders", "folders"),
]


class Plain(Page):
    def __init__(self, title: str, services: Services) -> None:
        super().__init__(title, services)
        self.name = title.lower()
        self.seen: list[dict[str, object]] = []
        self.left = 0
        self.searched = 0

    def opened(self, arguments: dict[str, object]) -> None:
        self.seen.append(arguments)

    def closed(self) -> None:
        self.left += 1

    def search(self) -> bool:
        self.searched += 1
        return self.name != "home"


def plain(window: Window, name: str) -> Plain:
    page = window.page(name)
    assert isinstance(page, Plain)
    return page


@pytest.fixture
def window(services: Services, qtbot) -> Window:
    makers = {entry.name: (lambda entry=entry: Plain(entry.text, services)) for entry in ENTRIES}
    made = Window(ENTRIES, makers, services.messages, services.theme)
    qtbot.addWidget(made)
    made.go("home")
    return made


def test_pages_are_made_when_first_opened_and_told_of_it(window: Window) -> None:
    assert window.stack.count() == 1
    window.go("activity", {"filter": "x"})
    assert window.stack.count() == 2
    assert plain(window, "activity").seen[-1] == {"filter": "x"}
    assert plain(window, "home").left == 1


def test_shortcuts_switch_pages_and_search(window: Window, qtbot) -> None:
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.now == "activity"
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert plain(window, "activity").searched == 1
    with qtbot.waitSignal(window.palette_asked):
        qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)


def test_where_there_is_nothing_to_look_through_people_look_for_a_call(window: Window, qtbot) -> None:
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.now == "home"
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.now == "activity"
    assert plain(window, "activity").searched == 1


def test_the_side_list_follows_and_leads(window: Window) -> None:
    window.go("folders")
    assert window.sidebar.currentRow() == 2
    window.sidebar.setCurrentRow(0)
    assert window.now == "home"


def test_a_badge_says_how_much_waits(window: Window) -> None:
    window.page("activity").badge.emit(3)
    item = window.sidebar.item(1)
    assert item.data(BADGE) == 3
    assert "3" in item.data(Qt.ItemDataRole.AccessibleTextRole)


def test_closing_is_announced(window: Window, qtbot) -> None:
    window.show()
    with qtbot.waitSignal(window.closing):
        window.close()


def test_geometry_is_kept_and_nonsense_passed_over(window: Window) -> None:
    window.resize(790, 600)
    kept = window.geometry_kept()
    window.resize(770, 560)
    window.take_geometry(kept)
    assert (window.width(), window.height()) == (790, 600)
    window.take_geometry("not a geometry")


def test_it_looks_right(window: Window, screens) -> None:
    window.sidebar.set_badge("home", 2)
    window.resize(1080, 720)
    window.show()
    screens("window", window)
    assert window.sidebar.width() < window.stack.width()


def test_messages_before_and_after_the_window_reach_the_banner(services: Services, qtbot) -> None:
    messages = Messages()
    messages.notice("early")
    made = Window(ENTRIES, {"home": lambda: Plain("Home", services)}, messages, services.theme)
    qtbot.addWidget(made)
    messages.notice("late")
    assert made.banner.isVisibleTo(made)
    made.banner.dismiss()
    assert made.banner.isVisibleTo(made)
    made.banner.dismiss()
    assert not made.banner.isVisibleTo(made)


def test_it_tells_once_that_it_was_painted(window: Window, qtbot) -> None:
    with qtbot.waitSignal(window.painted):
        window.show()
    again: list[bool] = []
    window.painted.connect(lambda: again.append(True))
    window.hide()
    window.show()
    window.repaint()
    qtbot.wait(1)
    assert again == []


def test_help_opens_for_the_page_in_view_where_there_is_any(window: Window, services: Services, qtbot) -> None:
    window._help()
    assert window.now == "home"
    entries = [*ENTRIES, Entry("help", "Help", "help")]
    made = Window(
        entries,
        {entry.name: (lambda entry=entry: Plain(entry.text, services)) for entry in entries},
        services.messages,
        services.theme,
    )
    qtbot.addWidget(made)
    made.go("folders")
    made._help()
    assert made.now == "help"
    assert plain(made, "help").seen[-1] == {"about": "folders"}


def test_a_page_is_opened_once_for_each_wish_and_left_once(window: Window) -> None:
    window.go("activity", {"filter": "x"})
    window.go("home")
    assert plain(window, "activity").seen == [{"filter": "x"}]
    assert plain(window, "activity").left == 1
    assert plain(window, "home").seen == [{}, {}]


def test_slow_work_waits_until_another_page_is_painted(window: Window, qtbot) -> None:
    with qtbot.waitExposed(window):
        window.show()
    told: list[str] = []
    window.turning.connect(lambda: told.append("turning"))
    window.turned.connect(lambda: told.append("turned"))
    page = window.page("folders")
    page.opened = lambda arguments: told.append("opened")  # type: ignore[method-assign]
    with qtbot.waitSignal(window.turned, timeout=LONG):
        window.go("folders")
    assert told == ["turning", "opened", "turned"]


def test_a_page_that_nobody_sees_holds_nothing_up_for_long(window: Window, qtbot) -> None:
    with qtbot.waitSignal(window.turned, timeout=LONG):
        window.go("folders")


def test_pages_are_forgotten_but_for_the_one_in_view_and_those_that_somebody_types_in(window: Window, qtbot) -> None:
    window.go("activity")
    field = QLineEdit(window.page("activity"))
    window.go("folders")
    window.go("home")
    home = window.page("home")
    qtbot.keyClicks(field, "half a word")
    window.forget_pages()
    assert window.stack.count() == 2
    field.clear()
    gone = window.page("activity")
    window.forget_pages()
    assert window.stack.count() == 1
    qtbot.waitUntil(lambda: not shiboken6.isValid(gone), timeout=LONG)
    assert window.page("home") is home
    window.go("folders", {"again": True})
    assert plain(window, "folders").seen == [{"again": True}]
