"""The witness beside the log: which event was written last. It shows when the log's tail is missing, which the chain alone cannot.

Two slots are written in turn, each with a checksum, so that one of them is whole at any moment. The file also holds the lock that
keeps a second writer out.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib

from app.core.errors import JournalError

SLOT = struct.Struct("<8sqqq32s36s")
SLOT_SIZE = SLOT.size + 4
MAGIC = b"DOORHEAD"
LOCK_AT = 4096
"""Windows locks bytes and refuses to read them; these lie beyond the slots."""


class Witness:
    """What a slot says. `boot` names the start of the machine, where the system tells it."""

    __slots__ = ("boot", "call", "clean", "hash", "seq")

    def __init__(self, seq: int, call: int, hash_: bytes, boot: str, clean: bool) -> None:
        self.seq = seq
        self.call = call
        self.hash = hash_
        self.boot = boot
        self.clean = clean


def this_boot() -> str:
    """A name of the machine's present run, or "" where the system has none to read cheaply."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as found:
            return found.read().strip()[:36]
    except OSError:
        return ""


def read_witness(path: str) -> Witness | None:
    """The newest whole slot of the file at `path`, or None: no file, or nothing readable in it."""
    try:
        with open(path, "rb") as found:
            content = found.read(2 * SLOT_SIZE)
    except OSError:
        return None
    slots = [slot for n in (0, 1) if (slot := _unpack(content[n * SLOT_SIZE : (n + 1) * SLOT_SIZE]))]
    return max(slots, key=lambda slot: (slot[0], slot[1].seq))[1] if slots else None


def _unpack(slot: bytes) -> tuple[int, Witness] | None:
    if len(slot) != SLOT_SIZE or int.from_bytes(slot[-4:], "little") != zlib.crc32(slot[:-4]):
        return None
    magic, turn, seq, call, hash_, boot = SLOT.unpack(slot[:-4])
    if magic != MAGIC:
        return None
    return turn >> 1, Witness(seq, call, hash_, boot.rstrip(b"\0").decode("ascii", "replace"), bool(turn & 1))


class Head:
    """The open witness file, locked. Raises JournalError when another process holds it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.found = read_witness(path)
        self._turn = 0
        self._boot = this_boot()
        try:
            self._fd = _open(path)
        except OSError as error:
            raise JournalError(
                "The call log cannot be opened.",
                f"{path}: {error.strerror}.",
                "Make the folder writable for your user.",
            ) from error
        try:
            _lock(self._fd)
        except OSError as error:
            os.close(self._fd)
            raise JournalError(
                "Another program is writing the call log.",
                "Two gateways for one home would be two doors.",
                "Use the one that runs, or end it with: doorkeep stop",
            ) from error
        content = os.read(self._fd, 2 * SLOT_SIZE)
        for n in (0, 1):
            slot = _unpack(content[n * SLOT_SIZE : (n + 1) * SLOT_SIZE])
            if slot:
                self._turn = max(self._turn, slot[0])

    def restore(self) -> None:
        """Make the file again where it was removed. Raises OSError."""
        if os.path.exists(self._path):
            return
        fd = _open(self._path)
        try:
            _lock(fd)
        except OSError:
            os.close(fd)
            raise
        os.close(self._fd)
        self._fd = fd

    @property
    def boot(self) -> str:
        """The name of the machine's present run."""
        return self._boot

    def write(self, seq: int, call: int, hash_: bytes, clean: bool = False) -> None:
        """Note the last event; survives a kill, not a power cut. Raises OSError."""
        self._turn += 1
        slot = SLOT.pack(MAGIC, self._turn << 1 | clean, seq, call, hash_, self._boot.encode("ascii"))
        slot += zlib.crc32(slot).to_bytes(4, "little")
        if sys.platform == "win32":
            os.lseek(self._fd, (self._turn & 1) * SLOT_SIZE, os.SEEK_SET)
            os.write(self._fd, slot)
        else:
            os.pwrite(self._fd, slot, (self._turn & 1) * SLOT_SIZE)

    @property
    def fd(self) -> int:
        """The open file, for carrying it to the disk."""
        return self._fd

    def close(self) -> None:
        """Release the lock."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        os.lseek(fd, LOCK_AT, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        os.lseek(fd, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
