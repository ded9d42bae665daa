"""Carries the log to the disk off the hot path: a thread that sleeps without waking until there is something to carry,
then flushes at most once a second. It never writes an event, and nothing waits for it but closing.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import sqlite3
import sys
import time

EVERY = 1.0
"""Seconds between two flushes: what a power cut may take."""
CHECKPOINT_BYTES = 2 * 1024 * 1024
"""A write-ahead file longer than this is moved into the database by the thread, before SQLite does so within a commit."""


class Keeper:
    """Owns the thread. `path` is the database; the file `also` is flushed before it, so that the witness is never the older one."""

    def __init__(self, path: str, also: int = -1) -> None:
        self._path = path
        self._also = also
        self._wal = os.open(path + "-wal", os.O_RDWR | getattr(os, "O_BINARY", 0))
        self._wake = _thread.allocate_lock()
        self._wake.acquire()
        self._end = _thread.allocate_lock()
        self._end.acquire()
        self._done = _thread.allocate_lock()
        self._done.acquire()
        self._started = False
        self._awake = False
        self._ending = False

    def rouse(self) -> None:
        """Something was committed. Costs a microsecond; safe to call as often as liked from the one writing thread."""
        if self._awake:
            return
        self._awake = True
        if not self._started:
            self._started = True
            _thread.start_new_thread(self._run, ())
        self._wake.release()

    def close(self) -> None:
        """Flush once more and end the thread."""
        self._ending = True
        if self._started:
            self._end.release()
            if not self._awake:
                self._awake = True
                self._wake.release()
            self._done.acquire()
        else:
            self._flush()
        os.close(self._wal)

    def _run(self) -> None:
        last = 0.0
        db: sqlite3.Connection | None = None
        try:
            while True:
                self._wake.acquire()
                rest = last + EVERY - time.monotonic()
                if rest > 0 and not self._ending:
                    self._end.acquire(timeout=rest)
                self._awake = False
                last = time.monotonic()
                self._flush()
                if self._ending:
                    return
                with contextlib.suppress(OSError, sqlite3.Error):
                    if os.fstat(self._wal).st_size > CHECKPOINT_BYTES:
                        db = db or sqlite3.connect(self._path, timeout=0, isolation_level=None)
                        db.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            if db is not None:
                db.close()
            self._done.release()

    def _flush(self) -> None:
        with contextlib.suppress(OSError):
            if self._also >= 0:
                _to_disk(self._also)
            _to_disk(self._wal)


if sys.platform == "darwin":
    import fcntl

    def _to_disk(fd: int) -> None:
        try:
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        except OSError:
            os.fsync(fd)

elif sys.platform == "win32":

    def _to_disk(fd: int) -> None:
        os.fsync(fd)

else:

    def _to_disk(fd: int) -> None:
        os.fdatasync(fd)
