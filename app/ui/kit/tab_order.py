"""The order in which Tab goes from control to control, where it is not the order in which they were made."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def stops(widget: QWidget) -> list[QWidget]:
    """The widget and what lies in it, as far as Tab stops there, now or when a choice is another one (`takes_turns`).

    The list that a combo box unfolds is a window of its own, with an order of its own.
    """
    return [
        one
        for one in (widget, *widget.findChildren(QWidget))
        if (one.focusPolicy() & Qt.FocusPolicy.TabFocus or getattr(one, "takes_turns", False))
        and one.window() is widget.window()
    ]


def chain(parts: Iterable[QWidget]) -> None:
    """Let Tab go through these parts in this order, and within each in the order that it has."""
    found = [stop for part in parts for stop in stops(part)]
    for one, other in pairwise(found):
        QWidget.setTabOrder(one, other)
