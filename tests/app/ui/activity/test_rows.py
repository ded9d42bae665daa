"""How a row is drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStyleOptionViewItem, QTableView

from app.ui.activity.model import LogModel
from app.ui.activity.rows import HEIGHT, RowPainter


def test_every_kind_of_row_is_drawn_in_both_directions(theme, qtbot, live) -> None:
    model = LogModel()
    outcomes = ["ok", "running", "waiting", "denied", "expired", "error", "lost", "cancelled"]
    model.show(
        [live(number + 1, outcome=outcome, paths=["/a/" + "long " * 40]) for number, outcome in enumerate(outcomes)]
    )
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.setItemDelegate(RowPainter(theme, view))
    view.resize(700, 300)
    plain = view.grab().toImage()
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert view.grab().toImage() != plain
    assert view.itemDelegate().sizeHint(QStyleOptionViewItem(), model.index(0, 0)).height() == HEIGHT
