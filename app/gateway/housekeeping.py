"""What the gateway does when nobody waits: rows carried to where readers search, old rows and old releases removed.

Never while calls are busy, never in a way that delays one by more than a few milliseconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app.bridge import programs
from app.core.errors import JournalError
from app.core.journal.writer import Journal
from app.core.settings import Settings
from app.gateway.log import GatewayLog
from app.gateway.ticks import Ticks

CALM_SECONDS = 0.05
"""After a commit; while ticks keep coming, rows wait."""
LATEST_SECONDS = 1.0
"""After this one step is made every CALM_SECONDS, however busy it is. The journal itself bounds how far rows lag."""
BUSY_TICKS = 20
STEP = 128
"""Events carried at a time: about a millisecond."""
FIRST_PRUNE_SECONDS = 120.0
PRUNE_SECONDS = 6 * 3600.0
PRUNE_STEP = 500
FIRST_CLEAR_SECONDS = 30.0
"""After the start: the gateway before this one, and what it ran, are gone by then."""
CLEAR_SECONDS = 6 * 3600.0
"""Clients hold their bridges for days; a release goes when the last of its bridges has gone."""
TOLD_SECONDS = 5.0


class TellingJournal(Journal):
    """Says when something was written."""

    written: Callable[[], None] | None = None

    def commit(self) -> None:
        """See Journal."""
        super().commit()
        if self.written is not None:
            self.written()


class Housekeeping:
    """Armed by each commit; an idle gateway keeps no timer but the one for pruning."""

    def __init__(self, loop: Ticks, journal: TellingJournal, settings: Callable[[], Settings], log: GatewayLog) -> None:
        self._loop = loop
        self._journal = journal
        self._settings = settings
        self._log = log
        self._commits = 0
        self._seen = 0
        self._since = 0.0
        journal.written = self._written
        loop.later(FIRST_PRUNE_SECONDS, self._prune)
        loop.later(FIRST_CLEAR_SECONDS, self._clear)

    def _written(self) -> None:
        self._commits += 1
        if not self._since:
            self._since = time.monotonic()
            self._seen = self._commits
            self._loop.later(CALM_SECONDS, self._carry)

    def _carry(self) -> None:
        busy = self._commits - self._seen > BUSY_TICKS
        self._seen = self._commits
        if busy and time.monotonic() - self._since < LATEST_SECONDS:
            self._loop.later(CALM_SECONDS, self._carry)
        elif self._journal.derive(STEP) >= STEP:
            self._loop.later(CALM_SECONDS if busy else 0.0, self._carry)
        else:
            self._since = 0.0

    def _prune(self) -> None:
        try:
            removed = self._journal.prune(self._settings().limits.journal_days, limit=PRUNE_STEP)
        except JournalError as error:
            self._log.line(f"log: old rows could not be removed: {error.title}")
            removed = 0
        self._loop.later(0.05 if removed else PRUNE_SECONDS, self._prune)

    def _clear(self) -> None:
        """Older releases that nobody runs go, in a thread: a folder of a hundred megabytes takes its time."""
        root = programs.root()
        if root is None:
            return
        import threading

        cleared: list[str] = []
        thread = threading.Thread(target=lambda: cleared.extend(_clear_old(root)), name="releases", daemon=True)
        thread.start()
        self._loop.later(TOLD_SECONDS, lambda: self._tell_cleared(thread.is_alive, cleared))
        self._loop.later(CLEAR_SECONDS, self._clear)

    def _tell_cleared(self, working: Callable[[], bool], cleared: list[str]) -> None:
        if working():
            self._loop.later(TOLD_SECONDS, lambda: self._tell_cleared(working, cleared))
            return
        for release in cleared:
            self._log.line(f"release {release}: nobody ran it any more; it was removed")


def _clear_old(root: str) -> list[str]:
    from app.desktop.versions import clear

    return clear(root)
