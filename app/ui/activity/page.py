"""Activity: the live log of tool calls. Follows the end until the person scrolls up; never jumps under the pointer."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QItemSelection, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget

from app.core.journal.filter import HELP, FilterError
from app.core.journal.record import CallRecord
from app.ui.activity.beside import Beside
from app.ui.activity.doing import Doing
from app.ui.activity.filters import FilterChips
from app.ui.activity.inspector import Inspector
from app.ui.activity.model import LogModel
from app.ui.activity.rows import HEIGHT
from app.ui.activity.source import LogSource
from app.ui.activity.table import LogTable
from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.page import Empty, Page
from app.ui.kit.services import Services

TYPING_MS = 250
SLOW_MS = 150
"""A search that takes no longer is not told of."""


class ActivityPage(Page):
    """Table, filter, inspector, pill."""

    name = "activity"
    drawing = "activity"

    def __init__(self, services: Services) -> None:
        super().__init__(self.tr("Activity"), services, wide=True)
        theme = services.theme
        self.model = LogModel()
        self.source = LogSource(services, self)
        self.inspector = Inspector(theme)
        self.doing = Doing(services, self)
        self._following = True
        self._unseen = 0
        self._moving = False
        self._make_filter()
        self.doing.filter = self.search_field.text
        self.table = LogTable(self.model, theme)
        self._pill = Button("", theme, "primary", "chevron-down", self.follow)
        self._pill.hide()
        self._state = Label("", theme, "secondary", "muted", wrap=True)
        self._stop = Button(self.tr("Stop searching"), theme, "quiet", pressed=self._stop_searching)
        self._stop.hide()
        self._searched = 1.0
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(self._say_progress)
        empty = Empty(
            "activity",
            self.tr("No call yet"),
            self.tr(
                "Every call that an AI app makes appears here as it happens: who, what, where, and what was decided."
            ),
            theme,
            Button(self.tr("Connect an app"), theme, "primary", "clients", lambda: services.go("clients", {})),
        )
        self._views = QStackedWidget()
        self._views.addWidget(self.table)
        self._views.addWidget(empty)
        foot = QHBoxLayout()
        foot.addWidget(self._state, 1)
        foot.addWidget(self._stop)
        foot.addWidget(self._pill)
        self.buttons.addWidget(Button(self.tr("Export…"), theme, "plain", "export", self.doing.export))
        self.body.addWidget(self.search_field)
        self.body.addWidget(self.chips)
        self.body.addWidget(Beside(self._views, self.inspector), 1)
        self.body.addLayout(foot)
        self._join()

    # -- what the shell asks ------------------------------------------------------------------------------------

    def opened(self, arguments: dict[str, Any]) -> None:
        """Comes into view, perhaps with `filter`."""
        if "filter" in arguments:
            self.search_field.setText(str(arguments["filter"]))
        self._begin()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def search(self) -> bool:
        """Ctrl+F."""
        self.search_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_field.selectAll()
        return True

    # -- making -------------------------------------------------------------------------------------------------

    def _make_filter(self) -> None:
        self.search_field = QLineEdit()
        self.search_field.setPlaceholderText(
            self.tr("Filter: a word, or decision:denied, folder:~/Documents, since:2h …")
        )
        self.search_field.setAccessibleName(self.tr("Filter"))
        self.search_field.setToolTip(HELP)
        self.search_field.setClearButtonEnabled(True)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._begin)
        self.chips = FilterChips(self.services.theme, self.model.newest_first)

    def _join(self) -> None:
        self.search_field.textChanged.connect(lambda _: self._typing.start())
        self.search_field.returnPressed.connect(self._begin)
        self.chips.changed.connect(self._filter)
        self.source.begun.connect(self._begun)
        self.source.older.connect(self._older)
        self.source.live.connect(self._live)
        self.source.busy.connect(self._busy)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.inspector.undo_asked.connect(self.doing.undo)
        self.inspector.grant_asked.connect(lambda path: self.services.go("folders", {"add": path}))
        self.inspector.ask_next_time.connect(self.doing.ask_next_time)
        self.inspector.closed.connect(self._details_closed)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self._escape)

    # -- filling ------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._typing.stop()
        self.chips.reflect(self.search_field.text())
        try:
            self.source.begin(self.search_field.text())
        except FilterError as error:
            self.source.stop()
            self._slow.stop()
            self._stop.hide()
            self._state.set_tone("error")
            self._state.setText(str(error))
            return
        self._state.set_tone("muted")
        self._state.setText("")
        self._stop.hide()
        self._searched = 0.0
        self._slow.start()

    def _begun(self, records: list[CallRecord]) -> None:
        self.model.show(records)
        self._views.setCurrentIndex(0 if records or self.search_field.text() else 1)
        self.follow()

    def _to_end(self) -> None:
        self._moving = True
        self.table.scrollToBottom()
        self._moving = False

    def _older(self, records: list[CallRecord]) -> None:
        self._moving = True
        bar = self.table.verticalScrollBar()
        keep = bar.maximum() - bar.value()
        self.model.prepend(records)
        self.table.doItemsLayout()  # the bar's range must be the new one before the place is kept
        bar.setValue(bar.maximum() - keep)
        self._moving = False
        if self._following:
            self._to_end()

    def _live(self, records: list[CallRecord]) -> None:
        self._moving = True  # a fuller table must not look like a person scrolling
        added = self.model.take(records, keep_top=not self._following)
        self._moving = False
        if self._views.currentIndex() and added:
            self._views.setCurrentIndex(0)
        now = self.inspector.record
        changed = next((record for record in records if now is not None and record.id == now.id), None)
        if changed is not None:
            self.inspector.show_record(changed)
        if self._following:
            self._to_end()
        elif added:
            self._unseen += added
            self._pill.setText(self.tr("{n} new").format(n=self._unseen))
            self._pill.show()

    def _busy(self, done: float) -> None:
        self._searched = done
        if done < 1.0:
            if not self._slow.isActive():
                self._say_progress()
            return
        self._slow.stop()
        self._stop.hide()
        nothing = not self.model.rowCount() and bool(self.search_field.text())
        self._state.setText(self.tr("Nothing fits this filter.") if nothing else "")

    def _say_progress(self) -> None:
        """A search that lasts is told of, and can be ended."""
        if self.source.reading and self.search_field.text():
            self._state.setText(self.tr("Searched {n} % of the log…").format(n=int(self._searched * 100)))
            self._stop.show()

    def _stop_searching(self) -> None:
        self._slow.stop()
        self.source.stop()
        self._stop.hide()
        self._state.setText(self.tr("Stopped after {n} % of the log.").format(n=int(self._searched * 100)))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _escape(self) -> None:
        """What is over the log goes first, then a search that lasts."""
        if self.inspector.record is None and self._stop.isVisible():
            self._stop_searching()
        else:
            self.inspector.put_away()

    # -- following ----------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Back to the end, and stay there."""
        self._following = True
        self._unseen = 0
        self._pill.hide()
        if self.model.has_end:
            self._to_end()
        else:
            self._begin()

    @property
    def following(self) -> bool:
        """Whether the end is followed."""
        return self._following

    def _scrolled(self, value: int) -> None:
        bar = self.table.verticalScrollBar()
        at_end = value >= bar.maximum() - HEIGHT // 2
        if not self._moving:
            if at_end and not self._following:
                self.follow()
            elif not at_end:
                self._following = False
        if value <= bar.minimum() + 10 * HEIGHT and self.model.oldest is not None:
            self.source.more(self.model.oldest)

    def _selected(self, chosen: QItemSelection) -> None:
        rows = [index.row() for index in chosen.indexes()]
        if rows:
            self.inspector.show_record(self.model.record(rows[0]))

    def _details_closed(self) -> None:
        self.table.clearSelection()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _filter(self, expression: str) -> None:
        self.search_field.setText(expression)
        self._begin()
