"""The panel in which a person looks at what a server offers or has changed, and says yes, or lets it stay hidden."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.reasons import reason
from app.ui.kit.services import Services
from app.ui.kit.theme import M, S
from app.ui.servers.difference import Difference
from app.ui.servers.offer import Offer
from app.ui.servers.reviews import Review


class ReviewPanel(QWidget):
    """`done`: the gateway has taken the person's word."""

    done = Signal()

    def __init__(self, services: Services, server: str, review: Review) -> None:
        super().__init__()
        self._services = services
        self._server = server
        self.review = review
        theme = services.theme
        self.said = Label(self._words(), theme, "body", wrap=True)
        self.shown = Difference(review, theme) if review.accepted else Offer(review, theme)
        self.problem = Label("", theme, "secondary", "error", wrap=True)
        self.problem.hide()
        weight = "plain" if review.suspicious else "primary"
        self.accept = Button(self.tr("Accept"), theme, weight, "check", self._accept)
        self.keep = Button(self.tr("Keep hidden"), theme, "plain", "eye", self._keep)
        self.keep.setVisible(review.accepted and not review.kept_hidden)
        for button in (self.accept, self.keep):
            button.setAccessibleDescription(server)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.accept)
        row.addWidget(self.keep)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addWidget(self.said)
        column.addWidget(self.shown)
        column.addLayout(row)
        column.addWidget(self.problem)

    def _words(self) -> str:
        if not self.review.accepted:
            return self.tr(
                "Nobody has looked at these tools yet. Read what each says of itself: the model reads the same words."
            )
        if self.review.kept_hidden:
            return self.tr("You keep these changes hidden: apps see the other tools as you accepted them.")
        return self.tr(
            "It says other things of its tools than you accepted. Apps do not see the new and changed ones until you do."
        )

    def _accept(self) -> None:
        self._call("accept_server")

    def _keep(self) -> None:
        self._call("hide_changes")

    def _call(self, name: str) -> None:
        self._busy(True)
        self.problem.hide()
        self._services.link.call(
            name, lambda _answer: self.done.emit(), self._failed, name=self._server, digest=self.review.digest
        )

    def _failed(self, error: Exception) -> None:
        self._busy(False)
        self.problem.setText(reason(error))
        self.problem.show()

    def _busy(self, busy: bool) -> None:
        for button in (self.accept, self.keep):
            button.setEnabled(not busy)
