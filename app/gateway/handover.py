"""A client's own streams in the gateway's hands: the bridge has passed them on and sleeps, which saves a call two hops.

Every line is noted in the ledger before it counts, so that the bridge can take over after a kill at any moment. Whatever is
unusual (an end, a line too long for the ledger, too many requests) goes back to the bridge, which pumps on.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app.bridge.framing import BACK, REPLAYABLE
from app.bridge.ledger import Ledger
from app.gateway import eras
from app.gateway.channel import Channel
from servers.runtime import wire

if sys.platform != "linux":
    raise ImportError("elsewhere the bridge keeps its client's streams")

if TYPE_CHECKING:
    from app.gateway.loop import Loop

WHOLE = 4096
"""Bytes that a pipe takes whole or not at all (PIPE_BUF of Linux)."""
ROOM_FOR_DESCRIPTORS = socket.CMSG_SPACE(3 * 4)


class _Cancelled(msgspec.Struct, rename="camel"):
    request_id: wire.RequestId


_ANSWER = b'{"jsonrpc":"2.0","id":'
_read_cancelled = msgspec.json.Decoder(_Cancelled).decode
_read_params = msgspec.json.Decoder(eras.Params).decode
_MODERN = b',"params":{"_meta":{"%b":"%b"}}' % (wire.META_VERSION.encode(), wire.MODERN.encode())


def receive(sock: socket.socket, size: int) -> tuple[bytes, list[int]]:
    """Bytes and descriptors that came with them. Raises OSError."""
    chunk, extra, _, _ = sock.recvmsg(size, ROOM_FOR_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
    fds: list[int] = []
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            whole = len(data) - len(data) % 4
            fds += [int.from_bytes(data[at : at + 4], sys.byteorder) for at in range(0, whole, 4)]
    return chunk, fds


class Streams:
    """Both streams of one client. Raises OSError, ValueError where the descriptors are not what they should be; they are closed."""

    def __init__(
        self,
        loop: Loop,
        fds: list[int],
        *,
        door: Callable[[bytes], None],
        on_line: Callable[[bytes], None],
        after: Callable[[Channel], None],
        on_loss: Callable[[str], None],
    ) -> None:
        """`door` sends to the bridge; `on_line` takes a line; `after` is called when all that came was taken."""
        try:
            if len(fds) != 3 or not all(_is_stream(fd) for fd in fds[:2]):
                raise ValueError("no two streams and a ledger")
            self._ledger = Ledger(fds[2])
        except BaseException:
            for fd in fds:
                os.close(fd)
            raise
        os.close(fds[2])
        self._door = door
        self._on_line = on_line
        self._after = after
        self._keys: deque[bytes] = deque()
        """Of each line that waits to be written, the request that it answers, or nothing."""
        self._greeting = b""
        self._whole = WHOLE if stat.S_ISFIFO(os.fstat(fds[1]).st_mode) else 0
        self._leaving = False
        self.on_back: Callable[[], None] = _unheeded
        """Called once the bridge has them again."""
        self.gone = False
        """They are the bridge's again, or lost."""
        self.channel = loop.channel(fds[0], fds[1], _unread, on_loss, gives_way=True)
        self.channel.streams = self

    def send(self, line: bytes) -> None:
        """Queue a line for the client, or for the bridge once it has the streams again."""
        if self.gone:
            self._door(line)
            return
        queued = len(self.channel.out)
        self.channel.write(line)
        if len(self.channel.out) > queued:
            self._keys.append(_answered(line))

    def give_back(self) -> None:
        """Read nothing more; let go once all that waits was written."""
        if self.gone or self._leaving:
            return
        self._leaving = True
        self.channel.hold()
        if not self.channel.out:
            self._let_go()

    def close(self) -> None:
        """The bridge is gone, and the client with it."""
        if not self.gone:
            self.gone = True
            self.channel.close()
            self._ledger.close()

    # --- called by the loop

    def take(self) -> None:
        """There is something to read."""
        try:
            count = self._ledger.read(self.channel.reader)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            count = 0
        if not count:
            self.give_back()  # the bridge finds the end itself
            return
        while (line := self._ledger.line()) != b"\n":
            if not self._enter(line):
                self.give_back()
                return
            self._ledger.took(line)
            if line:
                self._on_line(line)
        if not self._ledger.tidy():
            self.give_back()
            return
        self._after(self.channel)

    def writing(self, size: int) -> None:
        """So many bytes are about to be written at once."""
        if size > self._whole:
            self._ledger.tearing(True)

    def wrote(self, lines: int, torn: bool) -> None:
        """So many lines were written whole; `torn`: and a part of the next."""
        for _ in range(lines):
            key = self._keys.popleft()
            if key:
                self._ledger.leave(key)
                if key == self._greeting:
                    self._greeting = b""
                    self._ledger.opened()
        self._ledger.tearing(torn)
        if self._leaving and not self._keys:
            self._let_go()

    # ---

    def _let_go(self) -> None:
        self.gone = True
        self._door(BACK)
        self.on_back()
        self.channel.hub.soon(self._finish)

    def _finish(self) -> None:
        """Once nothing uses the channel any more."""
        self.channel.close()
        self._ledger.close()

    def _enter(self, line: bytes) -> bool:
        """Note the request that a line makes. False where it cannot be noted."""
        try:
            message = wire.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return True  # the session says what is wrong with it; there is no request to answer
        method = message.method
        if method is msgspec.UNSET or message.id is None:
            return True
        if message.id is msgspec.UNSET:
            if method == "notifications/cancelled":
                self._cancelled(message.params)
            return True
        key = wire.encode(message.id)
        if method in REPLAYABLE:
            request = line
        else:
            modern = _MODERN if _is_modern(message.params) else b""
            request = b'{"jsonrpc":"2.0","id":%b,"method":%b%b}' % (key, wire.encode(method), modern)
        if method == "initialize":
            if not self._ledger.opens(line):
                return False
            self._greeting = key
        return self._ledger.enter(key, request)

    def _cancelled(self, params: msgspec.Raw) -> None:
        try:
            self._ledger.leave(wire.encode(_read_cancelled(params).request_id))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return


def _is_modern(params: msgspec.Raw) -> bool:
    try:
        return bool(params) and _read_params(params).meta.version is not msgspec.UNSET
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _answered(line: bytes) -> bytes:
    """The id of the request that a line of ours answers, as it is written; empty for any other line."""
    if not line.startswith(_ANSWER):
        return b""
    for end in (b',"result":', b',"error":'):
        at = line.find(end, len(_ANSWER), len(_ANSWER) + 1024)
        if at > 0:
            return line[len(_ANSWER) : at]
    return b""


def _is_stream(fd: int) -> bool:
    mode = os.fstat(fd).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _unheeded() -> None:
    """Nobody waits for them to be gone."""


def _unread(_chunk: bytes) -> None:
    """What comes is read into the ledger."""
