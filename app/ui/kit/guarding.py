"""The guardian's findings as signals: it watches clients' files from its own thread, and this is where they reach the app.

It starts and ends in the background, since both touch files; it never puts anything back by itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Signal

from app.clients.guardian import Guardian
from app.clients.overview import known_targets
from app.ui.kit.background import Background
from app.ui.kit.connecting import Ground


class Guarding(QObject):
    """One guardian over every known client's file.

    `told`: an `app.clients.check.Report` of a file that got into trouble or out of it. `applied`: an `app.clients.due.Applied`,
    what came of a change that waited.
    """

    told = Signal(object)
    applied = Signal(object)

    def __init__(self, ground: Ground, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ground = ground
        self._background = background
        self._guardian: Guardian | None = None
        self._ended = False

    @property
    def ready(self) -> bool:
        """Whether it watches by now."""
        return self._guardian is not None

    def start(self) -> None:
        """Begin to watch what is there now; again, when a client was connected whose file nobody knew."""
        self._background.run(self._make, self._made)  # no owner: what was made must be ended in any case

    def stir(self) -> None:
        """Look soon: something was just changed or put off."""
        if self._guardian is not None:
            self._guardian.stir()

    def close(self) -> None:
        """End it; nothing is told after that."""
        self._ended = True
        guardian, self._guardian = self._guardian, None
        if guardian is not None:
            self._background.run(guardian.stop)

    def _make(self) -> Guardian:
        made = Guardian(
            self._ground.looking(),
            self._ground.desktop,
            known_targets(self._ground.home),
            lambda report: self._tell(self.told.emit, report),
            lambda done: self._tell(self.applied.emit, done),
        )
        made.start()
        return made

    def _made(self, guardian: Guardian) -> None:
        before, self._guardian = self._guardian, guardian
        if self._ended or not shiboken6.isValid(self):
            before, self._guardian = guardian, None
        if before is not None:
            self._background.run(before.stop)

    def _tell(self, emit: Callable[[object], object], fact: object) -> None:
        """On the guardian's thread: a signal crosses to the app's own."""
        if not self._ended:
            with contextlib.suppress(RuntimeError):  # the application ended in this moment
                emit(fact)
