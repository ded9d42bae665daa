"""The frame of every page: a title line with at most one primary action, then content on a comfortable measure; and the empty page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.picture import Picture
from app.ui.kit.services import Services
from app.ui.kit.theme import XL, L, M, S, Theme

MEASURE = 820
"""The widest that reading content gets, in points."""
BAR = 12
"""The width of a scroll bar."""
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
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(M)
        column = QVBoxLayout()
        column.setContentsMargins(0, XL, 0, L)
        column.setSpacing(L)
        if wide:
            column.addLayout(ending(head))
            column.addLayout(ending(self.body), 1)
        else:
            held = QWidget()
            held.setLayout(head)
            head.setContentsMargins(0, 0, 0, 0)
            held.setMaximumWidth(MEASURE)
            column.addLayout(ending(held))
            column.addWidget(Scroll(self.body, MEASURE), 1)
        outer = QHBoxLayout(self)  # spacings are mirrored in right-to-left layouts, margins are not
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addSpacing(XL)
        outer.addLayout(column, 1)

    def search(self) -> bool:
        """Ctrl+F: begin to look for something; False where there is nothing to look through here."""
        return False

    def opened(self, arguments: dict[str, Any]) -> None:
        """The page comes into view, perhaps with arguments of `Services.go`."""

    def closed(self) -> None:
        """The page goes out of view: stop what only a looker needs."""


def ending(part: QLayout | QWidget) -> QHBoxLayout:
    """A part of a page with the page's margin at its end; one that is narrower than the page begins where the text begins."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    if isinstance(part, QWidget):
        row.addWidget(part, 1)
    else:
        row.addLayout(part, 1)
    row.addSpacing(XL)
    row.addStretch(0)
    return row


class Scroll(QScrollArea):
    """Content at most `measure` points wide that scrolls. The bar lies in the margin at the window's edge: nothing moves when it comes."""

    def __init__(self, content: QLayout, measure: int) -> None:
        super().__init__()
        self._measure = measure
        self._room = QWidget()
        self.setViewport(
            self._room
        )  # a plain one has no ground of its own, and asking Qt for one loads half of its classes
        self._inside = QWidget()
        self._inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._inside.setAutoFillBackground(False)
        self._row = QHBoxLayout(self._inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._gap = QSpacerItem(XL, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self._row.addLayout(content, 1)
        self._row.addItem(self._gap)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._inside)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)
        self._make_room(0, 0)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the content can be: there is no bar at the bottom."""
        return QSize(self._inside.minimumSizeHint().width(), super().minimumSizeHint().height())

    def _make_room(self, least: int, most: int) -> None:
        margin = XL - BAR if most > least else XL
        self._gap.changeSize(margin, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self._inside.setMaximumWidth(self._measure + margin)
        self._row.invalidate()


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
        words = Label(text, theme, "body", "muted", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words.setFixedWidth(TEXT_WIDTH)
        words.setMinimumHeight(words.heightForWidth(TEXT_WIDTH))  # a centred label is not asked how high it gets
        layout = QVBoxLayout(self)
        layout.setSpacing(M)
        layout.addStretch(2)
        centre = Qt.AlignmentFlag.AlignHCenter
        layout.addWidget(Picture(drawing, 40, theme), 0, centre)
        layout.addWidget(Label(title, theme, "heading"), 0, centre)
        layout.addWidget(words, 0, centre)
        if action is not None:
            layout.addSpacing(S)
            layout.addWidget(action, 0, centre)
        layout.addStretch(3)
