"""One Doorkeep per user and home: a second start raises the first and leaves."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.bridge.home import address, home_digest
from app.desktop import lock

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

WAIT_MS = 1000
AGAIN_S = 0.02
"""Between two tries to reach a first that has not begun to listen."""
MOST = 64
"""Bytes that a second start may say."""


def _name(home: str) -> str:
    door = address(home)
    if door.startswith("\\\\"):
        return f"doorkeep-tray-{home_digest(os.path.realpath(home))}"
    return os.path.join(os.path.dirname(door), "tray.sock")


class Single(QObject):
    """`first` tells whether this start is the one; `raised` is emitted when another start asked to see the window.

    The first hears others from `listen` on: the icon need not wait for what that loads.
    """

    raised = Signal()

    def __init__(self, home: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server: QLocalServer | None = None
        run = os.path.join(home, "run")
        os.makedirs(run, mode=0o700, exist_ok=True)
        self._name = _name(home)
        os.makedirs(os.path.dirname(self._name) or run, mode=0o700, exist_ok=True)
        # Not QLockFile: a start that is killed before it wrote its number there would lock everyone out for good.
        self._lock = lock.take(os.path.join(run, "tray.lock"))
        self.first = self._lock is not None
        if not self.first:
            self._ask()

    def close(self) -> None:
        """Let the next start be the first."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def listen(self) -> None:
        """Hear other starts from now on."""
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._name)  # left by a crash: the lock says that nobody listens
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._heard)
        self._server.listen(self._name)

    def _heard(self) -> None:
        while self._server is not None and (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            caller.disconnectFromServer()
            self.raised.emit()

    def _ask(self) -> None:
        from PySide6.QtNetwork import QLocalSocket

        caller = QLocalSocket()
        end = time.monotonic() + WAIT_MS / 1000
        while time.monotonic() < end:  # before any window: nobody is kept waiting
            caller.connectToServer(self._name)
            if caller.waitForConnected(WAIT_MS):
                caller.waitForDisconnected(WAIT_MS)
                break
            time.sleep(AGAIN_S)
        caller.abort()
