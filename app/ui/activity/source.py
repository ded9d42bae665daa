"""Where the page's rows come from: pages of the log read in the background, live records by signal. It never blocks the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.journal.filter import Filter, parse
from app.core.journal.reader import Cancelled, Reader
from app.core.journal.record import CallRecord
from app.ui.kit.services import Services

PAGE = 200
LIVE_MS = 60
"""Live records are handed on in batches at least this far apart: the first one at once, and 500 calls a second in sixteen updates."""
MOST_LIVE = 5000


class LogSource(QObject):
    """Emits what the filter in force takes."""

    begun = Signal(list)
    """The newest page of a new filter, oldest first; more parts may follow by `older`."""
    older = Signal(list)
    """Records before all that were given so far, oldest first."""
    live = Signal(list)
    """New or changed records."""
    busy = Signal(float)
    """How much of the log has been looked at, 0 to 1; 1 is the end of the search."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._filter = Filter()
        self._turn = 0
        self._reader: Reader | None = None
        self._reading = False
        self._complete = False
        self._first = False
        self._found = 0
        self._live: dict[int, CallRecord] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._handed_on = 0.0
        self._soon.timeout.connect(self._hand_on)
        self._part.connect(self._take_part)
        services.link.record.connect(self._hear)

    _part = Signal(int, list, float, bool)

    def begin(self, expression: str) -> None:
        """A new filter, or a fresh look with the same one. Raises FilterError."""
        self._filter = parse(expression)
        self.cancel()
        self._complete = False
        self._live = {id_: record for id_, record in self._live.items() if self._filter.takes(record)}
        self._read(None)

    def more(self, before: int) -> None:
        """The page before that id, if there is one and none is being read."""
        if not self._reading and not self._complete:
            self._read(before)

    @property
    def reading(self) -> bool:
        """Whether the log is being looked through."""
        return self._reading

    def stop(self) -> None:
        """Search no further: what was found stays."""
        if self._reading:
            first = self._first
            self.cancel()
            if first:
                self.begun.emit([])
            self._hand_on()

    def cancel(self) -> None:
        """Stop reading; live records go on coming."""
        self._turn += 1
        self._reading = self._first = False
        if self._reader is not None:
            self._reader.cancel()

    def _read(self, before: int | None) -> None:
        self._turn += 1
        self._found = 0
        turn, found, home = self._turn, self._filter, self._services.home
        self._reading = True
        reader = self._reader = Reader(home)
        first = self._first = before is None

        def work() -> None:
            anything = False
            with reader:
                try:
                    for page in reader.search(found, PAGE, before=before):
                        if turn != self._turn:
                            return
                        self._part.emit(turn, page.records, page.done, first and not anything)
                        anything = True
                except Cancelled:
                    return

        self._services.background.run(work, failure=lambda error: self._failed(turn, error), owner=self)

    def _failed(self, turn: int, error: Exception) -> None:
        self._services.messages.error(error)
        if turn == self._turn:
            self._reading = self._first = False
            self.busy.emit(1.0)
            self._hand_on()

    def _take_part(self, turn: int, records: Sequence[CallRecord], done: float, first: bool) -> None:
        if turn != self._turn:
            return
        ordered = list(reversed(records))
        self._found += len(ordered)
        if first:
            self._first = False
            self.begun.emit(ordered)
            self._hand_on()  # what came while this page was read is newer than it
        elif ordered:
            self.older.emit(ordered)
        if done >= 1.0:
            self._reading = False
            self._complete = self._found < PAGE
        self.busy.emit(done)

    def _hear(self, record: CallRecord) -> None:
        if self._filter.takes(record):
            self._live[record.id] = record
            if len(self._live) > MOST_LIVE:
                self._live.pop(next(iter(self._live)))
            if not self._soon.isActive():
                rest = self._handed_on + LIVE_MS / 1000 - time.monotonic()
                self._soon.start(max(0, round(rest * 1000)))

    def _hand_on(self) -> None:
        if self._first:
            return
        self._handed_on = time.monotonic()
        held, self._live = list(self._live.values()), {}
        if held:
            self.live.emit(held)
