"""What waits for an answer, as one list: for the card and for Home. Questions keep their places; a new one comes last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.asking.answering import Answering
from app.ui.kit.labels import Label
from app.ui.kit.page import surface
from app.ui.kit.services import Services
from app.ui.kit.theme import XL, M
from app.ui.kit.watch import Question, Watch

if TYPE_CHECKING:
    from app.ui.asking.question import QuestionView

TICK_MS = 1000


class QuestionList(QWidget):
    """At most `most` at a time, the first with its details; how many more wait is said. `changed` after it grew or shrank."""

    changed = Signal()

    def __init__(
        self, services: Services, watch: Watch, answering: Answering, most: int = 3, *, framed: bool = False
    ) -> None:
        super().__init__()
        self._services = services
        self._watch = watch
        self._answering = answering
        self._most = most
        self._framed = framed
        self._away: set[str] = set()
        self._views: dict[str, tuple[QuestionView, QWidget]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(M if framed else XL)
        self._rest = Label("", services.theme, "secondary", "muted")
        self._column.addWidget(self._rest)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._go_on)
        self.setAccessibleName(self.tr("Questions that wait for your answer"))
        watch.changed.connect(self.refresh)
        self.hide()  # an empty list takes no room, not even a gap
        self.refresh()

    @property
    def views(self) -> list[QuestionView]:
        """What is shown, in order."""
        return [view for view, _ in self._views.values()]

    @property
    def waiting(self) -> list[Question]:
        """All questions of this list, shown or not."""
        return [question for question in self._watch.questions if question.id not in self._away]

    def put_away(self) -> None:
        """Show none of the present questions here any more; they stay waiting."""
        self._away = {question.id for question in self._watch.questions}
        self.refresh()

    def bring_back(self) -> None:
        """Show all that waits again."""
        self._away = set()
        self.refresh()

    def refresh(self) -> None:
        """Follow what waits now."""
        open_ids = {question.id for question in self._watch.questions}
        self._away &= open_ids
        wanted = self.waiting[: self._most]
        ids = [question.id for question in wanted]
        if set(ids) == set(self._views):
            for question in wanted:
                self._views[question.id][0].take(question)
            self._say_rest()
            return
        for gone in [id_ for id_ in self._views if id_ not in ids]:
            _view, held = self._views.pop(gone)
            self._column.removeWidget(held)
            held.hide()
            held.deleteLater()
        for question in wanted:
            if question.id not in self._views:
                self._add(question)
        for number, view in enumerate(self.views):
            view.rearm()
            if number == 0:
                view.open_up(True)
        self._say_rest()
        self.setVisible(bool(self._views))
        self.changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Someone looks."""
        super().showEvent(event)
        self._go_on()
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no timer."""
        super().hideEvent(event)
        self._tick.stop()

    def _add(self, question: Question) -> None:
        from app.ui.asking.question import QuestionView  # Home comes into view without it

        view = QuestionView(question, self._answering, self._services.theme, self._watch.clock)
        view.open_up(not self._views)
        held: QWidget = view
        if self._framed:
            column = QVBoxLayout()
            column.addWidget(view)
            held = surface(column)
        self._views[question.id] = (view, held)
        self._column.insertWidget(self._column.count() - 1, held)

    def _say_rest(self) -> None:
        left = len(self.waiting) - len(self._views)
        self._rest.setText(self.tr("{count} more wait behind these.").format(count=left))
        self._rest.setVisible(left > 0)

    def _go_on(self) -> None:
        for view in self.views:
            view.tick()
