"""Sees to it that a gateway runs: starts one in the background at the beginning and when asked, and says why it did not come."""

from __future__ import annotations

import contextlib
import os

from PySide6.QtCore import QObject, Signal

from app.bridge.home import stopped_mark
from app.core.errors import DoorkeepError
from app.ui.kit.background import Background
from app.ui.kit.gateway import GatewayLink
from app.ui.kit.watch import Watch


def start_and_greet(home: str) -> str:
    """Returns when a gateway answers: what the person should know about it, or nothing. The user starts Doorkeep, so an earlier
    Quit no longer counts; an older gateway makes way. Raises DoorkeepError."""
    from app.control import client  # on a worker: nothing that is shown waits for it
    from app.desktop import gateway_agent

    os.makedirs(home, mode=0o700, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(stopped_mark(home))
    with contextlib.suppress(OSError):  # a bridge then has the app opened instead
        gateway_agent.ensure(home)
    with client.ensure_gateway(home) as control:
        return client.newer_serves(control.version)


class Starting(QObject):
    """One attempt at a time."""

    told = Signal(str)
    """A gateway answers, and this is to be known about it."""

    def __init__(self, link: GatewayLink, watch: Watch, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._watch = watch
        self._background = background
        self._busy = False

    def start(self) -> None:
        """Start the gateway if none answers, and follow it."""
        if self._busy:
            return
        self._busy = True
        if not self._link.is_up:
            self._watch.starting()
        home = self._link.home
        self._background.run(lambda: start_and_greet(home), self._came, self._failed, self)

    def _came(self, words: str) -> None:
        self._busy = False
        self._link.open()
        if words:
            self.told.emit(words)

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._link.open()
        if isinstance(error, DoorkeepError):
            self._watch.could_not_start(" ".join(part for part in (error.detail, error.fix) if part) or error.title)
        else:
            self._watch.could_not_start(str(error))
