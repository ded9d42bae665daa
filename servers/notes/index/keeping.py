"""One vault's index, kept as fresh as its files: made in the background, looked after before every answer, swept while in use.

Any number of processes may keep one index: each change is a transaction that compares with the files again, and only the first
making is one process's alone, by a lock. Nothing in here answers a question.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from servers.notes.index import filling, place
from servers.notes.index.background import Background
from servers.notes.index.database import WAITING, Connection, Error, is_busy, is_damage
from servers.notes.index.rechecking import recheck
from servers.notes.index.scanning import Changes, Scan, moved_folders
from servers.runtime.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Generator

    from servers.runtime.call import Call
    from servers.runtime.safe.access import Folders

Answer = TypeVar("Answer")
Listener = Callable[[list[str], bool], object]
"""Told of absolute paths that changed or went, and whether a list of the files is another one now."""

INLINE_SECONDS = 1.0
"""How long a call itself reads notes that changed, before it answers with what is there."""
FIRST_SECONDS = 2.0
"""How long a call waits for the first making of the index."""
_LISTING_SECONDS = 60.0
_WITHIN = 100
_MOST_GARBAGE = 20_000


class IndexUnavailableError(ToolError):
    """The index can be neither read nor made."""


class Keeper:
    """The index of the vault at an absolute path, in the file `path`. Made by `keeper_of`."""

    def __init__(self, vault: str, path: str, folders: Folders) -> None:
        self.vault = vault
        self.path = path
        self.folders = folders
        self.subscribed = False
        """Whether somebody wants to hear of changes."""
        self.used = 0.0
        self.swept = 0.0
        self.total = 0
        self.done = 0
        self.wanted = 0
        """Calls that want to write: the background lets them go first."""
        self._writing = threading.RLock()
        self._asking = threading.Lock()
        self._db: Connection | None = None
        self._reader: Connection | None = None
        self._inode = 0
        self._known: list[tuple[str, int]] = []
        self._known_at = -1
        self._lock: Any = None
        self._closed = False
        self.background = Background(self)

    # -- for calls

    def refresh(self, call: Call) -> None:
        """Bring the index up to date as far as the folders tell; the first time, make it. Raises ToolError."""
        self.folders = call.folders
        self.used = time.monotonic()
        with self._for_call(call):
            self._guarded(lambda: self._refresh(call))
        self.background.wake()

    def renew(self, call: Call, paths: list[str]) -> None:
        """Read these notes again whose rows were found to be old."""
        with self._for_call(call):
            self._guarded(lambda: self.recheck(paths, call.check))

    def ask(self, call: Call, question: Callable[[Connection], Answer]) -> Answer:
        """The answer to a question that only reads. Raises ToolError where the index is busy for too long."""
        try:
            return self._ask(call, question)
        except Error as error:
            if is_busy(error):
                call.check()
                raise ToolError("The index of the notes is busy at the moment. Try again.") from None
            if not is_damage(error):
                raise self._unavailable(error) from None
        self.reset()
        self.refresh(call)
        return self._ask(call, question)

    @property
    def ready(self) -> bool:
        """Whether the index was made once; what changed since may still be on its way in."""
        return self.total <= self.done

    def wait(self, call: Call, seconds: float = FIRST_SECONDS) -> bool:
        """Wait for the first making, with progress; whether it is done."""
        end = time.monotonic() + seconds
        while not self.ready and time.monotonic() < end:
            call.check()
            call.progress(self.done, self.total, "reading the notes for the first time")
            self.background.progressed.wait(0.05)
        return self.ready

    # -- what calls and the background share

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """The connection that writes, for one thread at a time."""
        with self._writing:
            self._need_open()
            yield self._db or self._open()

    def recheck(self, paths: list[str], check: Callable[[], object]) -> None:
        """Compare these notes (paths in the vault) with their files, and read those that differ."""
        with self.writing() as db:
            with db.transaction():
                changes = recheck(db, self.folders, self.vault, paths)
                self._fill_within(db, check)
            self.fill(db, check, INLINE_SECONDS)
        self.tell(changes)

    def look_at(self, moved: list[str], check: Callable[[], object]) -> None:
        """Compare these folders (paths in the vault) with what lies in them."""
        with self.writing() as db:
            scan = Scan(db, self.folders, self.vault, check)
            with db.transaction():
                for path in moved:
                    scan.folder(path)
                self._fill_within(db, check)
            self._known_at = -1
        self.tell(scan.changes)

    def fill(self, db: Connection, check: Callable[[], object], seconds: float) -> bool:
        """Read notes that wait for it, for about so long; whether none is left."""
        end = time.monotonic() + seconds
        while True:
            notes = filling.waiting(db, 100)
            if not notes:
                return True
            with db.transaction():
                filling.fill(db, self.folders, self.vault, notes, check)
            if time.monotonic() > end:
                return False

    def _fill_within(self, db: Connection, check: Callable[[], object]) -> None:
        """Read what was just found to be new in the same transaction: nobody who asks meanwhile misses a note for that time."""
        if self.ready:
            notes = filling.waiting(db, _WITHIN)
            filling.fill(db, self.folders, self.vault, notes, check)

    def tell(self, changes: Changes) -> None:
        """Tell the listeners."""
        paths = [os.path.join(self.vault, *path.split("/")) for path in (*changes.changed, *changes.gone)]
        if paths:
            for listener in listeners:
                listener(paths, changes.listed)

    def heard(self, absolute: str) -> None:
        """A path that something happened to, from the watch: for the background, and at once for listeners."""
        for listener in listeners:
            listener([absolute], False)
        self.background.heard(absolute)

    def reset(self) -> None:
        """Throw the index away; it is made anew by whoever comes next."""
        with self._writing, self._asking:
            self._close()
            place.remove(self.path)

    def close(self) -> None:
        """Let go of files and threads. Does not wait for them."""
        self.background.stop()
        with self._writing, self._asking:
            self._closed = True
            self._close()
            self.drop_lock()

    # -- within

    @contextmanager
    def _for_call(self, call: Call) -> Generator[None]:
        self.wanted += 1
        try:
            end = time.monotonic() + _LISTING_SECONDS
            while not self._writing.acquire(timeout=0.05):
                call.check()
                if time.monotonic() > end:
                    raise ToolError("The index of the notes is busy at the moment. Try again.")
            try:
                yield
            finally:
                self._writing.release()
        finally:
            self.wanted -= 1

    def _guarded(self, work: Callable[[], object]) -> None:
        """Do `work`; where the index turns out to be damaged, throw it away and do it again, once."""
        for again in (True, False):
            try:
                work()
                return
            except Error as error:
                if is_busy(error):
                    raise ToolError("Another program writes the index of the notes at the moment. Try again.") from None
                if not again or not is_damage(error):
                    raise self._unavailable(error) from None
                self.reset()

    def _unavailable(self, error: Exception) -> IndexUnavailableError:
        return IndexUnavailableError(
            f"The index of the notes cannot be kept in {os.path.dirname(self.path)}: {error}. Ask the user to look at it."
        )

    def _ask(self, call: Call, question: Callable[[Connection], Answer]) -> Answer:
        with self._asking:
            self._need_open()
            if self._reader is None:
                self._reader = Connection(self.path, writes=False)
            self._reader.watched_by(lambda: call.cancelled)
            try:
                return question(self._reader)
            finally:
                self._reader.watched_by(None)

    def _refresh(self, call: Call) -> None:
        db = self._db
        if db is None or not self._is_there():
            db = self._open()
        if not db.get("listed"):
            self._list(db, call)
            return
        moved = moved_folders(self.vault, self._folders(db))
        if moved:
            self.look_at(moved, call.check)
        if self.ready:
            self.fill(db, call.check, INLINE_SECONDS)

    def _folders(self, db: Connection) -> list[tuple[str, int]]:
        version = db.one("PRAGMA data_version")
        if version != self._known_at:
            self._known = db.rows("SELECT path, mtime FROM folders")
            self._known_at = version
        return self._known

    def _list(self, db: Connection, call: Call) -> None:
        """The first look at all folders, by whichever process gets the lock; the others wait for it."""
        end = time.monotonic() + _LISTING_SECONDS
        while not db.get("listed"):
            if self.take_lock():
                if db.get("listed"):  # another process was quicker
                    self.drop_lock()
                    break
                db.build_fast(True)
                scan = Scan(db, self.folders, self.vault, call.check)
                with db.transaction():
                    scan.everything()
                    db.set("listed", 1)
            elif time.monotonic() > end:
                raise ToolError("Another program has been making the index of the notes for a minute. Try again.")
            else:
                call.check()
                self.background.progressed.wait(0.05)
        self.measure(db)

    def measure(self, db: Connection) -> None:
        """How many notes there are, and how many of them are in."""
        if db.get("made"):
            self.done = self.total = 0
            return
        self.total = db.one("SELECT count(*) FROM files WHERE note = 1") + 1
        waiting = db.one("SELECT count(*) FROM files WHERE note = 1 AND state = ?", (WAITING,))
        self.done = self.total - 1 - waiting

    def take_lock(self) -> bool:
        """Whether this process may make the index for the first time."""
        if self._lock is None:
            from filelock import FileLock, Timeout

            lock = FileLock(self.path + ".lock", thread_local=False)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return False
            self._lock = lock
        return True

    def drop_lock(self) -> None:
        """The first making is done."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def _need_open(self) -> None:
        if self._closed:
            raise ToolError("The user changed what is granted while this was answered. Ask again.")

    def _is_there(self) -> bool:
        try:
            return os.stat(self.path).st_ino == self._inode
        except OSError:
            return False

    def _open(self) -> Connection:
        with self._asking:
            self._close()
        try:
            os.makedirs(os.path.dirname(self.path), 0o700, exist_ok=True)
            self._db = db = self._connected()
            os.utime(self.path)  # so that it does not look forgotten
            self._inode = os.stat(self.path).st_ino
        except Error as error:
            if is_busy(error):
                raise
            raise self._unavailable(error) from None
        except OSError as error:
            raise self._unavailable(error) from None
        self.measure(db)
        self._known_at = -1
        return db

    def _connected(self) -> Connection:
        """The file as it is, or a new one in its place."""
        try:
            db = Connection(self.path, writes=True)
            if not self._is_worn(db):
                return db
            db.close()
        except Error as error:
            if not is_damage(error):
                raise
        place.remove(self.path)
        return Connection(self.path, writes=True)

    def _is_worn(self, db: Connection) -> bool:
        """Whether what changed notes left behind, or a making that was broken off, makes it better to begin again."""
        if db.get("listed") and not db.get("made") and self.take_lock():
            if not db.get("made"):
                return True  # whoever was making it is gone
            self.drop_lock()
        files = db.one("SELECT count(*) FROM files")
        given = db.one("SELECT seq FROM sqlite_sequence WHERE name = 'files'") or 0
        return given - files > 2 * files + _MOST_GARBAGE

    def _close(self) -> None:
        for one in (self._db, self._reader):
            if one is not None:
                one.close()
        self._db = self._reader = None


_keepers: dict[str, Keeper] = {}
_making = threading.Lock()


def keeper_of(call: Call, vault: str) -> Keeper:
    """The keeper of the vault at an absolute path, as this call's folders let it be seen."""
    path = place.file_for(call.folders, vault)
    with _making:
        found = _keepers.get(path)
        if found is None:
            for other in [one for one in _keepers.values() if one.vault == vault]:
                _keepers.pop(other.path).close()
            place.tidy()
            found = _keepers[path] = Keeper(vault, path, call.folders)
        return found


listeners: list[Listener] = []
"""What every keeper of this process tells of changes."""


def keepers() -> list[Keeper]:
    """Those that are open."""
    with _making:
        return list(_keepers.values())


def close_all() -> None:
    """Let go of every index of this process."""
    with _making:
        while _keepers:
            _keepers.popitem()[1].close()
