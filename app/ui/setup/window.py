"""The first run: one window, three steps, under a minute. Every step can be skipped, and the whole be run again later."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.connecting import Ground, ground_of
from app.ui.kit.icons import icon
from app.ui.kit.labels import Label
from app.ui.kit.page import MEASURE, Scroll, ending
from app.ui.kit.services import Services
from app.ui.kit.theme import XL, L, M, S
from app.ui.setup.clients import ClientsStep
from app.ui.setup.folders import FoldersStep
from app.ui.setup.servers import ServersStep


class SetupWindow(QWidget):
    """`finished` when the person is through or closed it. What was switched on the way is in force already."""

    finished = Signal()

    def __init__(self, services: Services, ground: Ground | None = None) -> None:
        super().__init__()
        theme = services.theme
        self.setWindowTitle(self.tr("Set up Doorkeep"))
        self.setAccessibleName(self.windowTitle())
        self.setWindowIcon(icon("mark", theme.colours.accent))
        self.folders = FoldersStep(services)
        self.servers = ServersStep(services)
        self.clients = ClientsStep(services, ground or ground_of(services))
        self._steps = (self.folders, self.servers, self.clients)
        self._now = -1
        self._ended = False
        self.step = Label("", theme, "secondary", "muted")
        self.title = Label("", theme, "title")
        self.about = Label("", theme, "body", "muted", wrap=True)
        self.stack = QStackedWidget()
        for step in self._steps:
            held = QVBoxLayout()
            held.setContentsMargins(0, 0, 0, 0)
            held.addWidget(step)
            self.stack.addWidget(Scroll(held, MEASURE))
        self.skip = Button(self.tr("Close setup"), theme, "quiet", pressed=self.close)
        self.back = Button(self.tr("Back"), theme, pressed=lambda: self.show_step(self._now - 1))
        self.forward = Button("", theme, "primary", pressed=self._forward)
        foot = QHBoxLayout()
        foot.setSpacing(S)
        foot.addWidget(self.skip)
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.forward)
        column = QVBoxLayout()
        column.setContentsMargins(0, XL, 0, L)
        column.setSpacing(M)
        column.addLayout(ending(self.step))
        column.addLayout(ending(self.title))
        column.addLayout(ending(self.about))
        column.addSpacing(S)
        column.addWidget(self.stack, 1)
        column.addLayout(ending(foot))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addSpacing(XL)
        layout.addLayout(column, 1)
        self.setTabOrder(self.forward, self.back)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self).activated.connect(self.close)
        self.folders.changed.connect(self._name_forward)
        self.clients.changed.connect(self._name_forward)
        self.resize(720, 600)
        self.show_step(0)

    @property
    def now(self) -> int:
        """The step in view, 0 to 2."""
        return self._now

    def show_step(self, number: int) -> None:
        """Go to a step."""
        number = min(max(number, 0), len(self._steps) - 1)
        if self._now >= 0:
            self._steps[self._now].leave()
        self._now = number
        titles = (
            (
                self.tr("What may AI apps see?"),
                self.tr("Choose folders. Everything else stays closed, and you can change your mind at any time."),
            ),
            (
                self.tr("What may they use?"),
                self.tr(
                    "Servers give apps their tools. These come with Doorkeep. Each works only in the folders you chose."
                ),
            ),
            (
                self.tr("Who comes through the door?"),
                self.tr(
                    "Doorkeep adds one entry to the app's settings, after you have seen it, and can take it out again."
                ),
            ),
        )
        title, about = titles[number]
        self.step.setText(self.tr("Step {number} of {count}").format(number=number + 1, count=len(self._steps)))
        self.title.setText(title)
        self.about.setText(about)
        self.back.setVisible(number > 0)
        self.skip.setVisible(number < len(self._steps) - 1)
        self.stack.setCurrentIndex(number)
        self._name_forward()
        self.forward.setFocus()
        self._steps[number].enter()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing is finishing: nothing has to be taken back."""
        self._steps[self._now].leave()
        super().closeEvent(event)
        if not self._ended:
            self._ended = True
            self.finished.emit()

    def _forward(self) -> None:
        if self._now == len(self._steps) - 1:
            self.close()
        else:
            self.show_step(self._now + 1)

    def _name_forward(self) -> None:
        last = self._now == len(self._steps) - 1
        without = last and self.clients.open_questions
        word = self.tr("Done") if last else self.tr("Continue")
        if without:
            word = self.tr("Finish without connecting")
        if self._now == 0 and not self.folders.granted:
            word = self.tr("Continue without folders")
        self.forward.setText(word)
        self.forward.setAccessibleName(word)
        if self.forward.property("primary") == without:  # the one primary button is then that of the change
            self.forward.setProperty("primary", not without)
            self.forward.style().unpolish(self.forward)
            self.forward.style().polish(self.forward)
