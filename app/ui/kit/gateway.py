"""The app's line to the gateway: control calls and live events over the local socket, without ever blocking the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalSocket

from app.bridge.home import address, check_socket_folder
from app.control.frames import FRAMES, Hello, hello_line, read_welcome
from app.control.messages import Joined
from app.core.errors import DoorkeepError, GatewayUnreachableError
from app.core.journal.record import CallRecord

Success = Callable[[Any], Any]
Failure = Callable[[Exception], Any]
RETRY_MS = (100, 250, 500, 1000, 2000, 5000)
MOST_WAITING = 1000
MOST_BUFFERED = 64 * 1024 * 1024


class _Heard(msgspec.Struct, frozen=True):
    """A line, looked at just far enough to know what it is: a record's arguments must stay the bytes they are."""

    event: str = ""
    record: msgspec.Raw = msgspec.Raw()


_look = msgspec.json.Decoder(_Heard).decode
_decode = msgspec.json.Decoder(Joined).decode
_decode_record = msgspec.json.Decoder(CallRecord).decode


class GatewayLink(QObject):
    """Connects, follows, reconnects. Each call gets exactly one of its two callbacks, on the GUI thread."""

    up = Signal(bool)
    """The gateway answers, or no longer does."""
    record = Signal(object)
    """A log record that is new or changed, as `app.core.journal.record.CallRecord`."""
    happened = Signal(object)
    """Any other event, as `app.control.messages.Joined`."""

    def __init__(self, home: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.home = home
        self.is_up = False
        self._wanted = False
        self._next = 0
        self._tries = 0
        self._buffer = bytearray()
        self._waiting: dict[int, tuple[Success | None, Failure | None]] = {}
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._greet)
        self._socket.readyRead.connect(self._read)
        self._socket.disconnected.connect(self._lost)
        self._socket.errorOccurred.connect(self._lost)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._connect)

    def open(self) -> None:
        """Connect now and stay connected."""
        self._wanted = True
        self._tries = 0
        self._connect()

    def close(self) -> None:
        """Let go; what waits for an answer fails."""
        self._wanted = False
        self._again.stop()
        self._socket.abort()
        self._lost()

    def call(self, name: str, /, success: Success | None = None, failure: Failure | None = None, **with_: Any) -> None:
        """One control call (app.control.messages)."""
        if not self.is_up or len(self._waiting) >= MOST_WAITING:
            if failure is not None:
                failure(GatewayUnreachableError("The gateway is not running.", "", "Start it from Home."))
            return
        self._next += 1
        self._waiting[self._next] = (success, failure)
        self._socket.write(msgspec.json.encode({"id": self._next, "call": name, "with": with_}) + b"\n")

    @property
    def waits(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._waiting)

    def _connect(self) -> None:
        if self._wanted and self._socket.state() == QLocalSocket.LocalSocketState.UnconnectedState:
            path = address(self.home)
            if check_socket_folder(path) is None:
                self._socket.connectToServer(path)
            else:
                self._retry()

    def _greet(self) -> None:
        self._buffer.clear()
        self._socket.write(hello_line(Hello(FRAMES, "control")))

    def _read(self) -> None:
        self._buffer += self._socket.readAll().data()
        if len(self._buffer) > MOST_BUFFERED:
            self._socket.abort()
            self._lost()
            return
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = bytearray(rest)
        for line in lines:
            if not self._socket.isOpen():
                return  # a line before it had us let go; what is left would be taken for the next gateway's welcome
            self._line(bytes(line))

    def _line(self, line: bytes) -> None:
        try:
            if not self.is_up:
                if read_welcome(line).error is None:
                    self._come_up()
                return
            heard = _look(line)
            if heard.event == "call":
                self.record.emit(_decode_record(heard.record))
            else:
                self._take(_decode(line))
        except msgspec.MsgspecError:
            return

    def _take(self, message: Joined) -> None:
        if message.event:
            self.happened.emit(message)
        elif message.id is not None:
            success, failure = self._waiting.pop(message.id, (None, None))
            if message.error is not None:
                if failure is not None:
                    failure(DoorkeepError(message.error.title, message.error.detail, message.error.fix))
            elif success is not None:
                success(message.ok)

    def _come_up(self) -> None:
        self.is_up = True
        self._tries = 0
        self.call("follow")
        self.up.emit(True)

    def _lost(self, *_: object) -> None:
        waiting, self._waiting = self._waiting, {}
        was_up, self.is_up = self.is_up, False
        if was_up:
            self.up.emit(False)
        for _success, failure in waiting.values():
            if failure is not None:
                failure(
                    GatewayUnreachableError(
                        "The gateway ended.", "What was asked may not have been done.", "Look at Home."
                    )
                )
        self._retry()

    def _retry(self) -> None:
        if self._wanted and not self._again.isActive():
            self._again.start(RETRY_MS[min(self._tries, len(RETRY_MS) - 1)])
            self._tries += 1
