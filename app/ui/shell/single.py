"""One Doorkeep per user and home: a second start raises the first and leaves."""

from __future__ import annotations

import hashlib
import os

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.bridge.home import address

WAIT_MS = 1000
MOST = 64
"""Bytes that a second start may say."""


def _name(home: str) -> str:
    door = address(home)
    if door.startswith("\\\\"):
        return f"doorkeep-tray-{hashlib.sha256(os.path.realpath(home).encode()).hexdigest()[:16]}"
    return os.path.join(os.path.dirname(door), "tray.sock")


class Single(QObject):
    """`first` tells whether this start is the one; `raised` is emitted when another start asked to see the window."""

    raised = Signal()

    def __init__(self, home: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server: QLocalServer | None = None
        run = os.path.join(home, "run")
        os.makedirs(run, mode=0o700, exist_ok=True)
        name = _name(home)
        os.makedirs(os.path.dirname(name) or run, mode=0o700, exist_ok=True)
        self._lock = QLockFile(os.path.join(run, "tray.lock"))
        self._lock.setStaleLockTime(0)  # the lock is its holder's life, not its age
        self.first = self._lock.tryLock(0)
        if self.first:
            self._listen(name)
        else:
            self._ask(name)

    def close(self) -> None:
        """Let the next start be the first."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self.first:
            self._lock.unlock()

    def _listen(self, name: str) -> None:
        QLocalServer.removeServer(name)  # left by a crash: the lock says that nobody listens
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._heard)
        self._server.listen(name)

    def _heard(self) -> None:
        while self._server is not None and (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            caller.disconnectFromServer()
            self.raised.emit()

    def _ask(self, name: str) -> None:
        caller = QLocalSocket()
        caller.connectToServer(name)
        if caller.waitForConnected(WAIT_MS):  # before any window: nobody is kept waiting
            caller.waitForDisconnected(WAIT_MS)
        caller.abort()
