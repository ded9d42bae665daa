"""Signals of the system that ask us to leave, brought into Qt's loop without polling."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, QTimer


class Leaving(QObject):
    """Hears SIGTERM and SIGINT from now on. `close` puts the old order back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._leave: Callable[[], None] | None = None
        self._asked = False
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        # Python's own handlers run only between byte codes, and Qt's loop runs none: the byte wakes it.
        self._woken_before = signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._note) for number in (signal.SIGTERM, signal.SIGINT)}
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)

    def then(self, leave: Callable[[], None]) -> None:
        """Calls `leave` from Qt's loop at each such signal, also for one that came before there was anything to leave."""
        self._leave = leave
        if self._asked:
            QTimer.singleShot(0, leave)

    def close(self) -> None:
        """Stop listening."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._woken_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._near.close()
        self._far.close()

    def _wake(self) -> None:
        try:
            heard = self._near.recv(64)
        except OSError:
            return
        if any(number in (signal.SIGTERM, signal.SIGINT) for number in heard):
            self._asked = True
            if self._leave is not None:
                self._leave()

    @staticmethod
    def _note(_number: int, _frame: object) -> None:
        """The byte in the socket says it."""
