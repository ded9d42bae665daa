"""One call in full: who, what and where in words; the decision and its reason; arguments and result; what can be done about it."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.folders import shown
from app.core.journal.record import CallRecord
from app.core.undo_tools import undoes
from app.ui.activity.change import change_of
from app.ui.activity.model import clock
from app.ui.kit import words
from app.ui.kit.buttons import Button, IconButton
from app.ui.kit.chip import Chip
from app.ui.kit.diff import DiffView
from app.ui.kit.jsonview import TextView
from app.ui.kit.labels import Label
from app.ui.kit.theme import XS, L, M, S, Theme

WIDTH = 360


class Inspector(QFrame):
    """Shows a record; emits what the person wants done."""

    closed = Signal()
    undo_asked = Signal(object)
    grant_asked = Signal(str)
    """A folder's path."""
    ask_next_time = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._record: CallRecord | None = None
        self.setObjectName("surface")
        self.setAccessibleName(self.tr("Details of the call"))
        self.setMinimumWidth(WIDTH)
        self._title = Label("", theme, "heading", wrap=True)
        self._chip = Chip("", "muted", "clock", theme)
        self._reason = Label("", theme, "body", "muted", wrap=True)
        self._paths = Label("", theme, "secondary", wrap=True)
        self._paths.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts = Label("", theme, "secondary", "muted", wrap=True)
        self._change_title = Label("", theme, "secondary", "muted")
        self._change = DiffView(self.tr("The change"), theme, 16)
        self._arguments = TextView(self.tr("Arguments"), 14)
        self._result_title = Label(self.tr("What came back"), theme, "secondary", "muted")
        self._result = TextView(self.tr("Beginning of the result"), 16)
        self._undo = Button(self.tr("Undo this change"), theme, "plain", "undo", self._ask_undo)
        self._grant = Button(self.tr("Allow this folder…"), theme, "plain", "folders", self._ask_grant)
        self._ask = Button(self.tr("Ask next time"), theme, "quiet", "ask", self._ask_ask)
        self._lay_out()
        self.hide()

    def show_record(self, record: CallRecord) -> None:
        """Show it, or show it again as it is now."""
        self._record = record
        said = words.sentence(record)
        self._title.setText(f"{said.who} {said.what}")
        self._chip.show_as(*words.decision(record))
        self._reason.setText(words.visible(record.reason, 600))
        self._reason.setVisible(bool(record.reason))
        paths = "\n".join(words.visible(shown(path), 500) for path in record.paths[:20])
        more = len(record.paths) - 20
        self._paths.setAccessibleName(self.tr("Paths: {paths}").format(paths=paths))
        self._paths.setText(paths + (self.tr("\n… and {n} more").format(n=more) if more > 0 else ""))
        self._paths.setVisible(bool(paths))
        self._facts.setText(self._told(record))
        change = change_of(record.arguments)
        self._change.show_text(_sieved(change))
        for part in (self._change, self._change_title):
            part.setVisible(bool(change))
        done = record.outcome == "ok"
        self._change_title.setText(self.tr("What changed") if done else self.tr("What was to change"))
        self._arguments.show_json(record.arguments)
        self._result.show_json((record.result_preview or "").encode())
        for part in (self._result, self._result_title):
            part.setVisible(bool(record.result_preview))
        self._undo.setVisible(record.change_id is not None and not undoes(record.server, record.tool))
        self._grant.setVisible(record.decision == "denied" and bool(record.paths))
        self._ask.setVisible(record.decision == "allowed" and record.by == "policy")
        self.show()

    @property
    def record(self) -> CallRecord | None:
        """The record shown."""
        return self._record

    def as_text(self) -> str:
        """What Copy puts on the clipboard."""
        record = self._record
        if record is None:
            return ""
        parts = [
            f"{clock(record.at)} {self._title.text()}",
            self._reason.text(),
            self._paths.text(),
            self._facts.text(),
        ]
        parts += [self._arguments.toPlainText(), self._result.toPlainText()]
        return "\n\n".join(part for part in parts if part)

    def _told(self, record: CallRecord) -> str:
        lines = [
            self.tr("{server} · {tool}").format(
                server=words.visible(record.server, 40), tool=words.visible(record.tool, 70)
            )
        ]
        lines.append(self.tr("at {time}, call {id}").format(time=clock(record.at), id=record.id))
        if record.duration_ms is not None:
            lines.append(self.tr("took {time}").format(time=words.duration(record.duration_ms)))
        if record.result_bytes is not None:
            lines.append(self.tr("answered {n} bytes").format(n=words.number(record.result_bytes)))
        return "\n".join(lines)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(XS)
        head.addWidget(self._chip)
        head.addStretch(1)
        head.addWidget(IconButton(self.tr("Copy all"), "copy", self._theme, self._copy))
        head.addWidget(IconButton(self.tr("Close"), "cross", self._theme, self.put_away))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, S, 0)
        column.setSpacing(S)
        column.addWidget(self._title)
        column.addWidget(self._reason)
        column.addWidget(self._paths)
        column.addSpacing(XS)
        for button in (self._undo, self._grant, self._ask):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._change_title)
        column.addWidget(self._change)
        column.addWidget(Label(self.tr("What was asked"), self._theme, "secondary", "muted"))
        column.addWidget(self._arguments)
        column.addWidget(self._result_title)
        column.addWidget(self._result)
        column.addWidget(self._facts)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setViewport(QWidget())  # without a ground of its own
        inside.setAutoFillBackground(False)
        scroll.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(L, M, S, M)
        outer.addLayout(head)
        outer.addWidget(scroll, 1)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.as_text())

    def put_away(self) -> None:
        """Close it; nothing where it is closed."""
        if self._record is None:
            return
        self._record = None
        self.hide()
        self.closed.emit()

    def _ask_undo(self) -> None:
        self.undo_asked.emit(self._record)

    def _ask_grant(self) -> None:
        if self._record is not None and self._record.paths:
            path = self._record.paths[0]
            self.grant_asked.emit(path if os.path.isdir(path) else os.path.dirname(path))

    def _ask_ask(self) -> None:
        self.ask_next_time.emit(self._record)


def _sieved(text: str) -> str:
    """Line by line, so that no control or bidi mark dresses a change up."""
    return "\n".join(words.visible(line.replace("\t", "    "), 2000) for line in text.split("\n"))
