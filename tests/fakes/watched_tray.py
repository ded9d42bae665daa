"""The tray program itself, with a witness beside it: it tells a test what can be seen, in the words that a screen reader gets.

The witness only looks; nothing of the program is replaced, and whatever a test does to it goes through the X server.
`python -P -m tests.fakes.watched_tray DESCRIPTOR [the tray's own words]`; each byte that comes over the descriptor, one end
of a socket pair, is answered by one line of JSON.
"""

from __future__ import annotations

import json
import os
import queue
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from app.__main__ import main

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint, QRect
    from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

ANSWER_SECONDS = 20.0
MOST_TEXT = 4000


def everything() -> list[dict[str, Any]]:
    """What is to be seen now, window by window: the visible part of each widget in pixels of the screen."""
    from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QWidget

    found: list[dict[str, Any]] = []
    for window in QApplication.topLevelWidgets():
        if not window.isVisible():
            continue
        inside = [widget for widget in window.findChildren(QWidget) if widget.window() is window]
        for widget in (window, *inside):
            shown = widget.visibleRegion().boundingRect()
            if shown.isEmpty():
                continue
            found.append(told(window, widget, shown))
            if isinstance(widget, QAbstractItemView):
                found += cells(window, widget)
            elif isinstance(widget, QMenu):
                found += entries(widget)
    return found


def told(window: QWidget, widget: QWidget, shown: QRect) -> dict[str, Any]:
    from PySide6.QtGui import QAccessible

    heard = QAccessible.queryAccessibleInterface(widget)
    words = QAccessible.Text
    return {
        "window": window.windowTitle(),
        "name": heard.text(words.Name)[:MOST_TEXT],
        "value": heard.text(words.Value)[:MOST_TEXT],
        "role": heard.role().name,
        "enabled": widget.isEnabled(),
        "checked": bool(heard.state().checked),  # type: ignore[attr-defined]
        **place(widget.mapToGlobal(shown.topLeft()), shown),
    }


def cells(window: QWidget, view: QAbstractItemView) -> Iterator[dict[str, Any]]:
    """The rows of a list or table that are in sight."""
    from PySide6.QtCore import QPoint, QRect, Qt
    from PySide6.QtWidgets import QTableView

    port = view.viewport()
    sight = port.rect()
    index = view.indexAt(QPoint(2, 2))
    while index.isValid():
        shown = view.visualRect(index).intersected(sight)
        if shown.isEmpty():
            return
        if isinstance(view, QTableView):
            shown = QRect(sight.left(), shown.top(), sight.width(), shown.height())
        said = index.data(Qt.ItemDataRole.AccessibleTextRole) or index.data(Qt.ItemDataRole.DisplayRole)
        yield {
            "window": window.windowTitle(),
            "name": str(said)[:MOST_TEXT],
            "value": "",
            "role": "Row",
            "enabled": view.isEnabled(),
            "checked": False,
            **place(port.mapToGlobal(shown.topLeft()), shown),
        }
        index = index.sibling(index.row() + 1, index.column())


def entries(menu: QMenu) -> Iterator[dict[str, Any]]:
    """What an open menu offers."""
    for action in menu.actions():
        shown = menu.actionGeometry(action)
        if action.text() and action.isVisible() and not shown.isEmpty():
            yield {
                "window": menu.accessibleName(),
                "name": action.text().replace("&&", "&"),
                "value": "",
                "role": "MenuItem",
                "enabled": action.isEnabled(),
                "checked": action.isChecked(),
                **place(menu.mapToGlobal(shown.topLeft()), shown),
            }


def place(corner: QPoint, size: QRect) -> dict[str, int]:
    return {"x": corner.x(), "y": corner.y(), "width": size.width(), "height": size.height()}


def application() -> Any:
    """The application, once there is one. Nothing of Qt is imported before the program has: two threads at it may stand still."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    made = getattr(widgets, "QApplication", None)
    return made.instance() if made is not None else None


def listen(door: socket.socket) -> None:
    """Answers on a thread of its own; looking is done on the thread that Qt draws on, when it has time for it."""
    ask: Callable[[], list[dict[str, Any]]] | None = None
    while door.recv(1):
        app = application()
        if ask is None and app is not None:
            ask = asking(app)
        door.sendall(json.dumps(ask() if ask is not None else []).encode() + b"\n")


def asking(app: Any) -> Callable[[], list[dict[str, Any]]]:
    """How another thread has `everything` looked at."""
    from PySide6.QtCore import QObject, Signal

    class Ear(QObject):
        asked = Signal()

    answers: queue.SimpleQueue[list[dict[str, Any]]] = queue.SimpleQueue()
    ear = Ear()
    ear.asked.connect(lambda: answers.put(everything()))
    ear.moveToThread(app.thread())

    def ask() -> list[dict[str, Any]]:
        ear.asked.emit()
        return answers.get(timeout=ANSWER_SECONDS)

    return ask


if __name__ == "__main__":
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)
    threading.Thread(target=listen, args=[socket.socket(fileno=descriptor)], daemon=True).start()
    sys.exit(main(sys.argv[2:]))
