"""Buttons of three weights: one primary a page, plain ones, and quiet ones. Each has a name that a screen reader can say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from app.ui.kit.icons import icon
from app.ui.kit.theme import Theme, Tone

ICON = 16
"""Points; drawn at no other size, since each drawing takes a fifth of a millisecond."""
Weight = Literal["primary", "plain", "quiet"]


class Button(QPushButton):
    """A button with a word, and perhaps an icon."""

    def __init__(
        self,
        text: str,
        theme: Theme,
        weight: Weight = "plain",
        drawing: str = "",
        pressed: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(text)
        self._theme = theme
        self._drawing = drawing
        self._weight = weight
        if weight != "plain":
            self.setProperty(weight, True)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if pressed is not None:
            self.clicked.connect(lambda _=False: pressed())
        theme.changed.connect(self._tint)
        self._tint()

    def set_drawing(self, drawing: str) -> None:
        """Another icon."""
        self._drawing = drawing
        self._tint()

    def _tint(self) -> None:
        if self._drawing:
            colours = self._theme.colours
            tints = {"primary": colours.on_accent, "quiet": colours.accent, "plain": colours.text}
            tint = tints[self._weight]
            self.setIcon(icon(self._drawing, tint, ICON))
            self.setIconSize(QSize(ICON, ICON))


class IconButton(QToolButton):
    """A small button that is only an icon; its name is its tool tip and what a screen reader says."""

    def __init__(
        self, name: str, drawing: str, theme: Theme, pressed: Callable[[], object] | None = None, tone: Tone = "muted"
    ) -> None:
        super().__init__()
        self._theme = theme
        self._drawing = drawing
        self._tone: Tone = tone
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(ICON, ICON))
        if pressed is not None:
            self.clicked.connect(lambda _=False: pressed())
        theme.changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        self.setIcon(icon(self._drawing, self._theme.colours.tone(self._tone), ICON))
