"""A short file in front of the database: events that must outlive a kill before anything leaves, and reach the log right after.

One write here costs a tenth of a transaction. What lies here and is not in the log at the next start is put into it then.
A machine that stops loses no more than the log itself may.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import zlib
from collections.abc import Sequence

from app.core.journal.record import Event

ROOM = 256 * 1024
"""Bytes of the file, taken from the disk at the start: a full disk does not stop it."""
MAGIC = b"AHEAD001"
_HEAD = struct.Struct("<8sIIQQI")
"""Magic, checksum, length of the events, turn, the log's newest event, number in the turn."""
_EVENT = struct.Struct("<qqBI")


class Ahead:
    """The open file. `found` is what it holds from before; `base` the log's newest event when the first of that was written.

    Frames of one turn lie one behind the other; the first frame of the next turn begins at the front again.
    """

    def __init__(self, path: str) -> None:
        """Never raises: where there can be no file, `put` takes nothing."""
        self.found: list[Event] = []
        self.base = 0
        self._fd = -1
        self._at = 0
        self._turn = 0
        self._count = 0
        with contextlib.suppress(OSError):
            self._open(path)

    def put(self, events: Sequence[Event], newest: int) -> bool:
        """Write events behind those of this turn. False: there is no room, they must go to the log itself.

        `newest` is the number of the log's newest event.
        """
        parts: list[bytes] = []
        for event in events:
            kind = event.kind.encode()
            parts += (_EVENT.pack(event.call, event.at_ms, len(kind), len(event.body)), kind, event.body)
        body = b"".join(parts)
        if self._fd < 0 or self._at + _HEAD.size + len(body) > ROOM:
            return False
        if not self._at:
            self._turn += 1
            self._count = 0
        frame = _framed(self._turn, self._count, newest, body)
        try:
            if _write_at(self._fd, frame, self._at) != len(frame):
                return False
        except OSError:
            return False
        self._at += len(frame)
        self._count += 1
        return True

    def taken(self) -> None:
        """The log has all that was put: the next turn begins."""
        self._at = 0

    def forget(self) -> None:
        """What was found is in the log; a later start must not look at it again. Raises OSError."""
        self.found = []
        self._at = 0
        if self._fd >= 0:
            _write_at(self._fd, bytes(ROOM), 0)

    def close(self, *, empty: bool) -> None:
        """Give the file back; `empty` where the log has everything, so that nothing a user removed from the log stays here."""
        if self._fd < 0:
            return
        with contextlib.suppress(OSError):
            if empty:
                os.ftruncate(self._fd, 0)
        os.close(self._fd)
        self._fd = -1

    def _open(self, path: str) -> None:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            content = os.read(fd, ROOM)
            self._read(content)
            if len(content) < ROOM:
                _write_at(fd, bytes(ROOM - len(content)), len(content))
        except OSError:
            os.close(fd)
            raise
        self._fd = fd

    def _read(self, content: bytes) -> None:
        at = count = 0
        while at + _HEAD.size <= len(content):
            magic, checksum, size, turn, number, newest = _unpacked(content, at)
            body = content[at + _HEAD.size : at + _HEAD.size + size]
            if magic != MAGIC or number != count or checksum != _checksum(size, turn, number, newest, body):
                return
            if count and turn != self._turn:
                return
            if not count:
                self._turn, self.base = turn, newest
            self.found += _events(body)
            at += _HEAD.size + size
            count += 1


def _unpacked(content: bytes, at: int) -> tuple[bytes, int, int, int, int, int]:
    magic, checksum, size, turn, newest, number = _HEAD.unpack_from(content, at)
    return magic, checksum, size, turn, number, newest


def _framed(turn: int, number: int, newest: int, body: bytes) -> bytes:
    checksum = _checksum(len(body), turn, number, newest, body)
    return _HEAD.pack(MAGIC, checksum, len(body), turn, newest, number) + body


def _checksum(size: int, turn: int, number: int, newest: int, body: bytes) -> int:
    return zlib.crc32(body, (size ^ turn << 8 ^ newest << 4 ^ number << 24) & 0xFFFFFFFF)


def _events(body: bytes) -> list[Event]:
    found: list[Event] = []
    at = 0
    while at < len(body):
        call, at_ms, kind, size = _EVENT.unpack_from(body, at)
        at += _EVENT.size
        found.append(Event(0, call, body[at : at + kind].decode(), at_ms, body[at + kind : at + kind + size]))
        at += kind + size
    return found


if sys.platform == "win32":

    def _write_at(fd: int, content: bytes, at: int) -> int:
        os.lseek(fd, at, os.SEEK_SET)
        return os.write(fd, content)

else:

    def _write_at(fd: int, content: bytes, at: int) -> int:
        return os.pwrite(fd, content, at)
