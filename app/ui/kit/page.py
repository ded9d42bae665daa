"""The frame of every page: a title line with at most one primary action, then content on a comfortable measure; and the empty page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.icons import pixmap
from app.ui.kit.labels import Label
from app.ui.kit.services import Services
from app.ui.kit.theme import XL, L, M, S, Theme

MEASURE = 820
"""The widest that reading content gets, in points."""
TEXT_WIDTH = 420
"""The width of an empty page's words."""


class Page(QWidget):
    """Subclasses fill `self.body` and may set `badge`. `name` is the page's key, `drawing` its icon."""

    name = ""
    drawing = ""
    badge = Signal(int)
    """How many things wait here."""

    def __init__(self, title: str, services: Services, *, wide: bool = False) -> None:
        super().__init__()
        self.services = services
        self.setAccessibleName(title)
        self.title = Label(title, services.theme, "title")
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(S)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addLayout(self.buttons)
        self.body = QVBoxLayout()
        self.body.setSpacing(M)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(XL, XL, XL, L)
        outer.setSpacing(L)
        if wide:
            outer.addLayout(head)
            outer.addLayout(self.body, 1)
            return
        inside = QWidget()
        inside.setMaximumWidth(MEASURE)
        inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.body.setContentsMargins(0, 0, S, 0)
        inside.setLayout(self.body)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        scroll.setWidget(inside)
        outer.addLayout(head)
        outer.addWidget(scroll, 1)

    def opened(self, arguments: dict[str, Any]) -> None:
        """The page comes into view, perhaps with arguments of `Services.go`."""

    def closed(self) -> None:
        """The page goes out of view: stop what only a looker needs."""


def surface(layout: QLayout) -> QFrame:
    """A quiet panel around a layout."""
    made = QFrame()
    made.setObjectName("surface")
    made.setLayout(layout)
    layout.setContentsMargins(L, M, L, M)
    return made


class Empty(QWidget):
    """What an empty page says: what it is for, and the one button that fills it."""

    def __init__(self, drawing: str, title: str, text: str, theme: Theme, action: Button | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._drawing = drawing
        self._picture = Label("", theme)
        self._picture.setAccessibleName("")
        words = Label(text, theme, "body", "muted", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words.setFixedWidth(TEXT_WIDTH)
        words.setMinimumHeight(words.heightForWidth(TEXT_WIDTH))  # a centred label is not asked how high it gets
        layout = QVBoxLayout(self)
        layout.setSpacing(M)
        layout.addStretch(2)
        centre = Qt.AlignmentFlag.AlignHCenter
        layout.addWidget(self._picture, 0, centre)
        layout.addWidget(Label(title, theme, "heading"), 0, centre)
        layout.addWidget(words, 0, centre)
        if action is not None:
            layout.addSpacing(S)
            layout.addWidget(action, 0, centre)
        layout.addStretch(3)
        theme.changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        self._picture.setPixmap(pixmap(self._drawing, self._theme.colours.muted, 40))
