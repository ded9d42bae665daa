"""Folders dropped on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.ui.kit.drop import DropTarget, local_paths

COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def shown(qtbot, theme) -> tuple[QWidget, DropTarget]:
    window = QWidget()
    page = QWidget()
    QVBoxLayout(window).addWidget(page)
    qtbot.addWidget(window)
    window.resize(600, 400)
    target = DropTarget(page, theme)
    window.show()
    target.watch(window)
    return window, target


def dragged(*urls: str) -> QMimeData:
    made = QMimeData()
    made.setUrls([QUrl(url) for url in urls])
    return made


def test_it_fills_the_page_while_something_is_dragged_and_tells_the_drop(qtbot, theme, folder: Path, screens) -> None:
    window, target = shown(qtbot, theme)
    content = dragged(folder.as_uri(), "https://example.com/x")
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), COPY, content, LEFT, NONE))
    assert target.isVisible()
    screens("drop", window)
    with qtbot.waitSignal(target.dropped) as dropped:
        QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), COPY, content, LEFT, NONE, QEvent.Type.Drop))
    assert dropped.args == [[str(folder)]]
    assert not target.isVisible()


def test_what_is_no_file_is_left_alone(qtbot, theme) -> None:
    window, target = shown(qtbot, theme)
    content = dragged("https://example.com/x")
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), COPY, content, LEFT, NONE))
    assert not target.isVisible()
    assert local_paths(content) == []


def test_it_goes_when_the_drag_or_the_page_goes(qtbot, theme, folder: Path) -> None:
    window, target = shown(qtbot, theme)
    content = dragged(folder.as_uri())
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), COPY, content, LEFT, NONE))
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not target.isVisible()
    target.leave()
    assert not window.acceptDrops()
