"""A row that goes on in the next line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.kit.wrap import Wrap

WIDTH, HEIGHT, GAP = 100, 30, 8


@pytest.fixture
def parts() -> list[QWidget]:
    made = [QWidget() for _ in range(3)]
    for part in made:
        part.setFixedSize(WIDTH, HEIGHT)
    return made


@pytest.fixture
def holder(parts: list[QWidget], qtbot) -> QWidget:
    made = QWidget()
    made.setLayout(Wrap(*parts))
    qtbot.addWidget(made)
    return made


def places(holder: QWidget, parts: list[QWidget], width: int) -> list[tuple[int, int]]:
    holder.resize(width, 200)
    holder.show()
    return [(part.x(), part.y()) for part in parts]


def test_with_room_it_is_one_line(holder: QWidget, parts: list[QWidget]) -> None:
    whole = 3 * WIDTH + 2 * GAP
    assert holder.sizeHint().width() == whole
    assert places(holder, parts, whole) == [(0, 0), (108, 0), (216, 0)]


def test_without_it_goes_on_in_the_next_line(holder: QWidget, parts: list[QWidget]) -> None:
    assert places(holder, parts, 220) == [(0, 0), (108, 0), (0, HEIGHT + GAP)]
    assert holder.heightForWidth(220) == 2 * HEIGHT + GAP
    assert holder.heightForWidth(WIDTH) == 3 * HEIGHT + 2 * GAP


def test_what_is_hidden_takes_no_room(holder: QWidget, parts: list[QWidget]) -> None:
    parts[0].hide()
    assert places(holder, parts, 400)[1:] == [(0, 0), (108, 0)]


def test_it_is_mirrored_with_its_window(holder: QWidget, parts: list[QWidget]) -> None:
    holder.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert places(holder, parts, 400) == [(300, 0), (192, 0), (84, 0)]


def test_parts_can_be_looked_at_and_taken_out(parts: list[QWidget], qtbot) -> None:
    row = Wrap(*parts)
    assert row.count() == 3
    assert row.itemAt(3) is None
    taken = row.takeAt(0)
    assert taken is not None
    assert row.count() == 2
    assert row.takeAt(7) is None
    for part in parts:
        qtbot.addWidget(part)
