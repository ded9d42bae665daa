"""What a gateway knows of the streams that a bridge handed to it, kept where the bridge still finds it after the gateway was killed.

Memory shared by both. Every step leaves it readable: a request is entered before its line counts as taken, and goes when its
answer was written whole; input lies here before anybody can know of it. No step needs the other side, so no kill is too early.
"""

from __future__ import annotations

import mmap
import os
import sys

AREA = 64 * 1024
"""Bytes of each of the two input areas. JSON holds no NUL, so what was read ends where the zeros begin."""
SLOTS = 512
SLOT = 512
"""Bytes for a request in flight: one that says it is there, then its line or what an answer to it needs."""
FIRST = 8192
"""Bytes for the handshake."""
_PLACE, _TORN, _GREETED = 0, 1, 2
_AREAS = 4096
_FIRST_AT = _AREAS + 2 * AREA
_SLOTS_AT = _FIRST_AT + FIRST
SIZE = _SLOTS_AT + SLOTS * SLOT


def make() -> int:
    """A descriptor of fresh shared memory. Raises OSError where the system has none without a name."""
    if sys.platform != "linux":
        raise OSError("no shared memory without a name")
    fd = os.memfd_create("doorkeep-ledger")
    try:
        os.ftruncate(fd, SIZE)
    except OSError:
        os.close(fd)
        raise
    return fd


class Ledger:
    """One side's view. The gateway calls `read` … `answered`, the bridge what stands below that once the gateway gave back."""

    def __init__(self, fd: int) -> None:
        """Map the memory; `fd` is not needed after that. Raises OSError, ValueError for anything but a ledger."""
        if os.fstat(fd).st_size != SIZE:
            raise ValueError("this is no ledger")
        self._map = mmap.mmap(fd, SIZE)
        self._bytes = memoryview(self._map)
        self._words = self._bytes[:64].cast("Q")
        self._area = self._taken = self._end = 0
        self._slots: dict[bytes, int] = {}
        self._free = list(range(SLOTS - 1, -1, -1))

    def close(self) -> None:
        """Unmap."""
        self._words.release()
        self._bytes.release()
        self._map.close()

    # --- the gateway's side

    def read(self, fd: int) -> int:
        """Read what fits from the client's stream; 0 is its end. Raises OSError."""
        if sys.platform == "win32":
            raise OSError("streams stay with the bridge")
        start = _AREAS + self._area * AREA
        count = os.readv(fd, [self._bytes[start + self._end : start + AREA]])
        self._end += count
        return count

    def line(self) -> bytes:
        """The next line, newline excluded, which does not count as taken yet; b"\\n" where no whole one is there."""
        start = _AREAS + self._area * AREA
        end = self._map.find(b"\n", start + self._taken, start + self._end)
        return b"\n" if end < 0 else self._map[start + self._taken : end]

    def took(self, line: bytes) -> None:
        """The line that `line` gave is the gateway's from now on."""
        self._taken += len(line) + 1
        self._words[_PLACE] = self._area << 32 | self._taken

    def tidy(self) -> bool:
        """Make room for the next read; False where an unfinished line fills all of it."""
        start = _AREAS + self._area * AREA
        rest = self._map[start + self._taken : start + self._end]
        if not rest:
            self._clear(start, self._end)
            self._taken = self._end = 0
            self._words[_PLACE] = self._area << 32
        elif self._end == AREA:
            if not self._taken:
                return False
            other = 1 - self._area
            there = _AREAS + other * AREA
            self._bytes[there : there + len(rest)] = rest
            self._area, self._taken, self._end = other, 0, len(rest)
            self._words[_PLACE] = other << 32
            self._clear(start, AREA)
        return True

    def _clear(self, start: int, size: int) -> None:
        self._bytes[start : start + size] = bytes(size)

    def enter(self, key: bytes, request: bytes) -> bool:
        """Note a request before its line is taken. False where there is no room: then it must not be taken."""
        if key in self._slots:
            return True
        if not self._free or len(request) > SLOT - 2:
            return False
        slot = self._free.pop()
        at = _SLOTS_AT + slot * SLOT
        self._bytes[at + 1 : at + 2 + len(request)] = request + b"\0"
        self._bytes[at] = 1
        self._slots[key] = slot
        return True

    def leave(self, key: bytes) -> None:
        """The request's answer was written whole, or it wants none."""
        slot = self._slots.pop(key, None)
        if slot is not None:
            self._bytes[_SLOTS_AT + slot * SLOT] = 0
            self._free.append(slot)

    def opens(self, request: bytes) -> bool:
        """Note the handshake. False where there is no room."""
        if len(request) > FIRST - 1:
            return False
        self._words[_GREETED] = 0
        self._bytes[_FIRST_AT : _FIRST_AT + len(request) + 1] = request + b"\0"
        return True

    def opened(self) -> None:
        """The handshake was answered."""
        self._words[_GREETED] = 1

    def tearing(self, torn: bool) -> None:
        """Whether what stands last in the client's stream may be half a line."""
        self._words[_TORN] = torn

    # --- the bridge's side, after the gateway let go

    @property
    def torn(self) -> bool:
        """See `tearing`."""
        return bool(self._words[_TORN])

    def handshake(self) -> tuple[bytes, bool]:
        """The request that opened the session, and whether it was answered; empty where there was none."""
        return self._text(_FIRST_AT, FIRST), bool(self._words[_GREETED])

    def in_flight(self) -> list[bytes]:
        """The requests that have no answer, or not surely a whole one."""
        slots = range(_SLOTS_AT, SIZE, SLOT)
        return [self._text(at + 1, SLOT - 1) for at in slots if self._bytes[at]]

    def input(self) -> bytes:
        """What was read and is nobody's yet."""
        place = self._words[_PLACE]
        start = _AREAS + (place >> 32) * AREA
        return bytes(self._bytes[start + (place & 0xFFFFFFFF) : start + AREA]).rstrip(b"\0")

    def _text(self, at: int, size: int) -> bytes:
        return bytes(self._bytes[at : at + size]).partition(b"\0")[0]
