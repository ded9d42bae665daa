"""The frame of every page."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.page import MEASURE, Empty, Page, surface
from app.ui.kit.services import Services
from app.ui.kit.theme import Theme


def test_a_page_has_a_title_that_a_screen_reader_can_say_and_a_measure(services: Services, qtbot) -> None:
    page = Page("Folders", services)
    qtbot.addWidget(page)
    page.body.addWidget(Label("x", services.theme))
    page.resize(1600, 600)
    page.show()
    assert page.accessibleName() == "Folders"
    assert page.body.contentsRect().width() <= MEASURE


def test_a_wide_page_takes_all_the_room(services: Services, qtbot) -> None:
    page = Page("Activity", services, wide=True)
    qtbot.addWidget(page)
    page.opened({})
    page.closed()
    label = Label("x", services.theme)
    page.body.addWidget(label)
    page.resize(1600, 600)
    page.show()
    assert label.width() > MEASURE


def test_an_empty_page_has_its_one_button(theme: Theme, qtbot, screens) -> None:
    pressed: list[int] = []
    button = Button("Add a folder", theme, "primary", "plus", lambda: pressed.append(1))
    empty = Empty("folders", "No folder yet", "Claude sees nothing of this computer until you add one.", theme, button)
    qtbot.addWidget(empty)
    empty.resize(640, 400)
    button.click()
    screens("empty", empty)
    assert pressed == [1]


def test_a_surface_holds_a_layout(qtbot) -> None:
    layout = QVBoxLayout()
    frame = surface(layout)
    qtbot.addWidget(frame)
    assert frame.layout() is layout
