"""The asking card: a small window at the top right, always on top, that never takes the keyboard from what the person is doing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.asking.answering import Answering
from app.ui.asking.questions import QuestionList
from app.ui.kit.buttons import Button, IconButton
from app.ui.kit.labels import Label
from app.ui.kit.services import Services
from app.ui.kit.theme import L, M
from app.ui.kit.watch import Question, Watch

WIDTH = 420
MARGIN = 16


class Card(QWidget):
    """Shows itself for a new question; Esc puts it away, and the question stays waiting."""

    opening = Signal()
    """The person wants the window."""

    def __init__(self, services: Services, watch: Watch, answering: Answering) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        self.setWindowTitle(self.tr("Doorkeep asks"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that no button has it before one is chosen
        self._theme = services.theme
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fit)
        self.list = QuestionList(services, watch, answering)
        head = QHBoxLayout()
        head.addWidget(Label(self.tr("Doorkeep asks"), services.theme, "secondary", "muted"))
        head.addStretch(1)
        head.addWidget(Button(self.tr("Open Doorkeep"), services.theme, "quiet", pressed=self.opening.emit))
        away = IconButton(self.tr("Not now: the question stays waiting (Esc)"), "cross", services.theme, self.put_away)
        head.addWidget(away)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(L, M, L, L)
        column.setSpacing(M)
        column.addLayout(head)
        column.addWidget(self.list)
        self.setFixedWidth(WIDTH)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self).activated.connect(self.put_away)
        services.theme.changed.connect(self.update)
        self.list.changed.connect(self._fit)

    def put_away(self) -> None:
        """Not now. Nothing is answered."""
        self.list.put_away()
        self.hide()

    def show_all(self) -> None:
        """Bring every open question back into view."""
        self.list.bring_back()
        self._come()

    def ask(self, _question: Question) -> None:
        """A new question: the list has it already."""
        self.list.refresh()
        self._come()

    def _come(self) -> None:
        if self.list.views:
            self._fit()
            self.show()
            self._fit()  # a shown one knows how many lines its text takes

    def event(self, event: QEvent) -> bool:
        """What is inside wants more or less room: fit once it has settled."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._soon.start()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A quiet ground, and an edge that tells it from the windows below."""
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.colours.asked))
        painter.setBrush(QColor(self._theme.colours.surface))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _fit(self) -> None:
        if not self.list.views:
            self.hide()
            return
        self._column.activate()
        self.setFixedHeight(max(self._column.totalHeightForWidth(WIDTH), self._column.totalMinimumSize().height()))
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            room = screen.availableGeometry()
            rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            left = room.left() + MARGIN if rtl else room.right() - self.width() - MARGIN + 1
            self.move(left, room.top() + MARGIN)
