"""The order in which Tab goes."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.kit.tab_order import chain, stops


def order(window: QWidget) -> list[str]:
    found: list[str] = []
    one = window.nextInFocusChain()
    while one is not None and one is not window:
        if isinstance(one, QPushButton):
            found.append(one.text())
        one = one.nextInFocusChain()
    return found


def test_parts_are_gone_through_as_they_are_named(qtbot) -> None:
    window, group = QWidget(), QWidget()
    third, first, second, end = (QPushButton(text) for text in ("third", "first", "second", "end"))
    column, inside = QVBoxLayout(window), QVBoxLayout(group)
    for part in (third, group, end):
        column.addWidget(part)
    for button in (first, second):
        inside.addWidget(button)
    inside.addWidget(QLabel("no stop"))
    qtbot.addWidget(window)
    before = order(window)
    assert before.index("third") < before.index("first")
    chain([group, third])
    now = order(window)
    at = now.index("first")
    assert [*now[at:], *now[:at]][:3] == ["first", "second", "third"]  # Tab goes round
    assert stops(group) == [first, second]
