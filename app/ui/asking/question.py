"""One question: who wants what, as a sentence; what exactly, as a diff or arguments; and the answers. A stray click answers nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.core.folders import shown
from app.ui.asking.answering import Answering, Offer, offers
from app.ui.kit import words
from app.ui.kit.buttons import Button
from app.ui.kit.diff import DiffView
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.theme import S, Theme
from app.ui.kit.watch import Question

GUARD_SECONDS = 0.4
"""For so long after a question came under the pointer, no click on it counts."""
LINES = 12
MOST_LINES = 30
MOST_PATHS = 5


class Countdown(QWidget):
    """A thin line that shortens as the question's time runs out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Three points high."""
        return QSize(0, 3)

    def show_left(self, seconds: float, whole: float) -> None:
        """How much is left of the whole."""
        self._share = min(1.0, max(0.0, seconds / whole)) if whole > 0 else 0.0
        text = (
            self.tr("{n} s left").format(n=round(seconds))
            if seconds < 90
            else self.tr("{n} min left").format(n=round(seconds / 60))
        )
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws it from the leading edge."""
        painter = QPainter(self)
        width = round(self.width() * self._share)
        left = self.width() - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 0
        painter.fillRect(self.rect(), QColor(self._theme.colours.line))
        painter.fillRect(left, 0, width, self.height(), QColor(self._theme.colours.asked))
        painter.end()


class QuestionView(QFrame):
    """A question with its answers. `open_up` shows the details; a folded one has the sentence and the answers."""

    def __init__(
        self,
        question: Question,
        answering: Answering,
        theme: Theme,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.question = question
        self._answering = answering
        self._theme = theme
        self._clock = clock
        self._whole = question.expires_in_s
        self._armed_at = clock() + GUARD_SECONDS
        said = question.sentence
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        self.sentence = Label(
            self.tr("{who} wants to {what}").format(who=said.who, what=said.what), theme, "heading", wrap=True
        )
        self.setAccessibleName(self.sentence.text())
        layout.addWidget(self.sentence)
        self.places = [ElidedLabel(text, theme, "secondary", "muted") for text in _places(question, said.where)]
        for place in self.places:
            layout.addWidget(place)
        self.why = Label(self._why(), theme, "secondary", "denied" if not question.undoable else "muted", wrap=True)
        layout.addWidget(self.why)
        self._make_details(layout)
        self.countdown = Countdown(theme)
        layout.addWidget(self.countdown)
        self._make_answers(layout)
        answering.changed.connect(self._reflect)
        self.tick()

    def rearm(self) -> None:
        """It came or moved: a click aimed at what was here before does not count."""
        self._armed_at = self._clock() + GUARD_SECONDS

    def open_up(self, wide: bool) -> None:
        """Show the details, or the sentence and the answers alone."""
        self._opened = wide
        self.details.setVisible(wide)
        self.why.setVisible(wide)
        self._fold.setVisible(not wide)
        self._size_details()

    def tick(self) -> None:
        """Time went on."""
        self.countdown.show_left(self.question.ends - self._clock(), self._whole)

    def take(self, question: Question) -> None:
        """The same question, looked at again."""
        self.question = question
        self.why.setText(self._why())

    def showEvent(self, event: QShowEvent) -> None:
        """It comes under the eye, and perhaps under the pointer."""
        super().showEvent(event)
        self.rearm()
        self._size_details()

    def _make_details(self, layout: QVBoxLayout) -> None:
        question = self.question
        text = question.preview or _arguments(question)
        name = self.tr("The change") if question.preview else self.tr("The arguments")
        self.details = DiffView(name, self._theme, LINES)
        self.details.show_text(_readable(text.rstrip("\n")))
        self.more = Button(self.tr("Show all"), self._theme, "quiet", pressed=self._expand)
        self._fold = Button(self.tr("Look"), self._theme, "quiet", pressed=lambda: self.open_up(True))
        self._opened = True
        self._fold.hide()
        layout.addWidget(self.details)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)

    def _size_details(self) -> None:
        self.more.setVisible(
            self._opened and self.details.isVisibleTo(self) and self.details.needs > self.details.lines
        )

    def _expand(self) -> None:
        self.details.set_lines(MOST_LINES)
        self.more.hide()
        self.rearm()

    def _make_answers(self, layout: QVBoxLayout) -> None:
        theme = self._theme
        self.deny = Button(self.tr("Deny"), theme, pressed=lambda: self._answer(self._answering.deny))
        self.allow = Button(
            self.tr("Allow once"), theme, "primary", pressed=lambda: self._answer(self._answering.allow_once)
        )
        self.always = Button(self.tr("More"), theme, "plain", "chevron-down")
        self.always.setAccessibleName(self.tr("More answers"))
        self.menu = QMenu(self.always)
        for offer in offers(self.question):
            action = QAction(offer.words.replace("&", "&&"), self.menu)
            action.triggered.connect(lambda _=False, offer=offer: self._give(offer))
            self.menu.addAction(action)
        self.always.clicked.connect(self._drop_down)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self._fold)
        row.addStretch(1)
        row.addWidget(self.deny)
        row.addWidget(self.allow)
        row.addWidget(self.always)
        layout.addLayout(row)

    def _drop_down(self) -> None:
        self.menu.popup(self.always.mapToGlobal(self.always.rect().bottomLeft()))

    def _answer(self, answer: Callable[[Question], None]) -> None:
        if self._clock() >= self._armed_at:
            answer(self.question)

    def _give(self, offer: Offer) -> None:
        self._answer(lambda question: self._answering.give(question, offer))

    def _reflect(self) -> None:
        waiting = not self._answering.sent(self.question.id)
        for button in (self.deny, self.allow, self.always):
            button.setEnabled(waiting)

    def _why(self) -> str:
        question = self.question
        parts: list[str] = []
        if not question.undoable:
            parts.append(self.tr("This change cannot be undone."))
        elif question.asking:
            folder = words.visible(shown(question.asking[0]), 120)
            parts.append(self.tr("Each change in {folder} asks you first.").format(folder=folder))
        else:
            parts.append(self.tr("You want to be asked about this."))
        if not question.waiting:
            parts.append(self.tr("The app was told to ask again; your answer counts when it does."))
        return " ".join(parts)


def _places(question: Question, where: str) -> list[str]:
    if len(question.paths) <= 1:
        return [where] if where else []
    listed = [words.visible(shown(path)) for path in question.paths[:MOST_PATHS]]
    left = len(question.paths) - len(listed)
    return [*listed, words.tr("and {count} more").format(count=left)] if left else listed


def _arguments(question: Question) -> str:
    try:
        return msgspec.json.format(msgspec.json.encode(question.arguments), indent=2).decode()
    except (TypeError, ValueError, msgspec.MsgspecError):
        return ""


def _readable(text: str) -> str:
    """Line by line through the same sieve as every other word, so that no control or bidi mark dresses a change up."""
    return "\n".join(words.visible(line.replace("\t", "    "), 2000) for line in text[:100_000].split("\n"))
