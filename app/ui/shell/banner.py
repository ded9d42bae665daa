"""The banner: one message at a time above the page, with the button that does something about it."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.ui.kit.buttons import Button, IconButton
from app.ui.kit.labels import Label
from app.ui.kit.messages import Message, Messages
from app.ui.kit.theme import XL, M, S, Theme, Tone

MOST = 20


class Banner(QFrame):
    """Hidden while there is nothing to say. Errors stay until dismissed; a newer message waits its turn behind them."""

    def __init__(self, messages: Messages, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._queue: deque[Message] = deque(maxlen=MOST)
        self._title = Label("", theme, "body", wrap=True)
        self._detail = Label("", theme, "secondary", "muted", wrap=True)
        self._action = Button("", theme, "quiet")
        self._action.clicked.connect(self._act)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(XL + M, M + S, XL + S, S)
        row.addLayout(words, 1)
        row.addWidget(self._action)
        row.addWidget(IconButton(self.tr("Dismiss"), "cross", theme, self.dismiss), 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(self.tr("Message"))
        self.hide()
        theme.changed.connect(self.update)
        messages.said.connect(self.say)
        for message in messages.show_from_now_on():
            self.say(message)

    def say(self, message: Message) -> None:
        """Show it now, or after what is shown."""
        if message in self._queue:
            return
        self._queue.append(message)
        if len(self._queue) == 1:
            self._show()

    def dismiss(self) -> None:
        """Next message, if any."""
        if self._queue:
            self._queue.popleft()
        if self._queue:
            self._show()
        else:
            self.hide()

    def _show(self) -> None:
        message = self._queue[0]
        self._title.setText(message.title)
        self._detail.setText(message.detail)
        self._detail.setVisible(bool(message.detail))
        self._action.setText(message.action)
        self._action.setAccessibleName(message.action)
        self._action.setVisible(bool(message.action))
        self.update()
        self.show()

    def _act(self) -> None:
        message = self._queue[0] if self._queue else None
        self.dismiss()
        if message is not None and message.act is not None:
            message.act()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ground in the colour of what it means. Drawn, since a style sheet of its own would take the words' colours away."""
        tone: Tone = "error" if self._queue and self._queue[0].level == "error" else "accent"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.soft(tone)))
        painter.drawRoundedRect(self.rect().adjusted(XL, M, -XL, 0), 8, 8)
        painter.end()
