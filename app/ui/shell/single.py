"""One Doorkeep per user and home: a second start raises the first and leaves. A newer release takes the place of an older one.

A second start says its release. The first answers `raised`, or `leaving` where that is newer than its own; a first that says
nothing is raised.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.bridge.home import address, home_digest
from app.bridge.releases import is_older
from app.desktop import lock
from app.version import VERSION

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 1000
SAYING_MS = 500
"""So long a second start has to say its release."""
AGAIN_S = 0.02
"""Between two tries to reach a first that has not begun to listen."""
MOST = 64
"""Bytes that either may say."""
LEAVING = b"leaving"
LEAVING_S = 10.0
"""So long a newer start waits for an older one that said it leaves."""


def _name(home: str) -> str:
    door = address(home)
    if door.startswith("\\\\"):
        return f"doorkeep-tray-{home_digest(os.path.realpath(home))}"
    return os.path.join(os.path.dirname(door), "tray.sock")


class Visitor(QObject):
    """Another start, until it is answered. `said` comes once: its release, or nothing where it does not say it in time."""

    said = Signal(str)

    def __init__(self, socket: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        self._socket = socket
        self._told = False
        socket.setParent(self)
        self._clock = QTimer(self)  # one of an older release says nothing, and leaves when it is left
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._tell)
        socket.readyRead.connect(self._look)
        socket.disconnected.connect(self._tell)
        self._clock.start(SAYING_MS)
        QTimer.singleShot(0, self, self._look)  # what came before anybody listened

    def answer(self, word: bytes) -> None:
        """Say it and part."""
        if not self._socket.isValid():
            self.deleteLater()
            return
        self._socket.disconnected.connect(self.deleteLater)
        self._socket.write(word + b"\n")
        self._socket.flush()
        self._socket.disconnectFromServer()

    def _look(self) -> None:
        if self._socket.canReadLine() or self._socket.bytesAvailable() >= MOST:
            self._tell()

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self._clock.stop()
            self.said.emit(bytes(self._socket.read(MOST).data()).partition(b"\n")[0].decode("ascii", "replace"))


class Single(QObject):
    """`first` tells whether this start is the one; `raised` is emitted when another start asked to see the window, `replaced`
    when a newer release waits for this one to leave.

    The first hears others from `listen` on: the icon need not wait for what that loads.
    """

    raised = Signal()
    replaced = Signal()

    def __init__(self, home: str, parent: QObject | None = None, release: str = VERSION) -> None:
        super().__init__(parent)
        self._release = release
        self._server: QLocalServer | None = None
        run = os.path.join(home, "run")
        os.makedirs(run, mode=0o700, exist_ok=True)
        self._name = _name(home)
        os.makedirs(os.path.dirname(self._name) or run, mode=0o700, exist_ok=True)
        # Not QLockFile: a start that is killed before it wrote its number there would lock everyone out for good.
        self._place = os.path.join(run, "tray.lock")
        self._lock = lock.take(self._place)
        if self._lock is None and self._ask() == LEAVING:
            self._follow()
        self.first = self._lock is not None

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
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            Visitor(socket, self).said.connect(self._answer)

    def _answer(self, release: str) -> None:
        visitor = self.sender()
        newer = is_older(self._release, release)
        if isinstance(visitor, Visitor):
            visitor.answer(LEAVING if newer else b"raised")
        (self.replaced if newer else self.raised).emit()

    def _ask(self) -> bytes:
        """What the first says; nothing where it does not."""
        from PySide6.QtNetwork import QLocalSocket

        caller = QLocalSocket()
        said = b""
        end = time.monotonic() + WAIT_MS / 1000
        while time.monotonic() < end:  # before any window: nobody is kept waiting
            caller.connectToServer(self._name)
            if caller.waitForConnected(WAIT_MS):
                caller.write(self._release.encode() + b"\n")
                caller.waitForDisconnected(WAIT_MS)
                said = bytes(caller.read(MOST).data()).partition(b"\n")[0]
                break
            time.sleep(AGAIN_S)
        caller.abort()
        return said

    def _follow(self) -> None:
        """Take the lock that an older release gives up."""
        end = time.monotonic() + LEAVING_S
        while self._lock is None and time.monotonic() < end:
            time.sleep(AGAIN_S)
            self._lock = lock.take(self._place)
