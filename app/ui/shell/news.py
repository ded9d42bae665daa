"""Asks for a newer version while the app runs, where the person turned that on, and tells of one once. It shows nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from app.core.updates import News as Found
    from app.ui.kit.background import Background

FIRST_MS = 60_000
"""Not while the desktop comes up."""
EVERY_MS = 3_600_000
"""How often we look whether a day has passed: a computer sleeps and wakes."""


class News(QObject):
    """Looks in a minute, and then by the hour. `newer` with a version and its notes, once for each version."""

    newer = Signal(str, str)

    def __init__(self, home: str, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._background = background
        self._soon = QTimer(self)
        self._soon.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._soon.timeout.connect(self.look)
        self._soon.start(FIRST_MS)

    def look(self) -> None:
        """Ask if it is time to. What goes wrong is kept for the Settings page and told nowhere else."""
        self._soon.start(EVERY_MS)
        self._background.run(lambda: _found(self._home), self._tell, lambda _error: None, self)

    def _tell(self, found: Found | None) -> None:
        if found is not None and found.release is not None:
            self.newer.emit(found.release.version, found.release.notes)


def _found(home: str) -> Found | None:
    """A version to tell of, or None. Blocks: for some 20 s at most where it asks."""
    from app.core import settings, updates

    known = settings.load_kept(home)
    if not updates.due(home, known):
        return None
    found = updates.ask(home)
    return found if updates.untold(home, found) else None
