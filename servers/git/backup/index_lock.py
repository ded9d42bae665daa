"""Putting an index in place as git does: under `index.lock`, by one rename.

A lock of ours has a second name with our process in it, so that one left by a crash is known and taken away; a lock of another
program is waited for, never broken.
"""

from __future__ import annotations

import errno
import os
import secrets
import sys
import time

from servers.git.errors import GitError
from servers.runtime.safe import at
from servers.runtime.safe.atomic import set_time
from servers.runtime.safe.durable import flush
from servers.runtime.safe.moving import remove_quietly
from servers.runtime.safe.words import said

SECONDS = 2.0
"""How long another program's lock is waited for."""
_STEP = 0.02
_LOCK = "index.lock"
_OURS = "doorkeep-index-lock-"
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


class IndexLock:
    """The lock on the index of the folder `git_dir`, held from `__enter__` on; leaving without `put` changes nothing.

    `like` gives the new index its time: git takes a file that is older than the index for unchanged where stat says so.
    Raises GitError where another program holds it, ToolError where the folder cannot be written.
    """

    def __init__(self, git_dir: str, content: bytes | None, like: os.stat_result | None = None) -> None:
        self._path = git_dir
        self._content = content
        self._like = like
        self._folder = -1
        self._name = f"{_OURS}{os.getpid()}-{secrets.token_hex(6)}"
        self._held = False

    def __enter__(self) -> IndexLock:
        try:
            self._folder = at.own_folder(self._path)
            fd = at.new(self._folder, self._name, 0o644)
            try:
                rest = memoryview(self._content or b"")
                while rest:
                    rest = rest[os.write(fd, rest) :]
                if self._like is not None:
                    set_time(fd, self._like)
                flush(fd)
            finally:
                os.close(fd)
            self._take()
        except OSError as error:
            self.__exit__()
            raise said("lock the index of", self._path, error) from None
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder < 0:
            return
        if self._held:
            remove_quietly(self._folder, _LOCK)
        remove_quietly(self._folder, self._name)
        os.close(self._folder)
        self._folder = -1

    def put(self) -> None:
        """Let the index be the content given, or let there be none. Raises OSError."""
        if self._content is None:
            remove_quietly(self._folder, "index")
            return
        at.rename(self._folder, _LOCK, self._folder, "index")
        self._held = False

    def _take(self) -> None:
        until = time.monotonic() + SECONDS
        while True:
            try:
                self._link()
                self._held = True
                return
            except FileExistsError:
                if _left_by_a_crash(self._folder):
                    continue
                if time.monotonic() > until:
                    raise GitError(
                        f"Another program is working on the repository {self._path} (index.lock lies there). Nothing was "
                        "changed. Try again in a moment; if no git runs any more, ask the user to remove that file."
                    ) from None
            time.sleep(_STEP)

    def _link(self) -> None:
        try:
            at.link(self._folder, self._name, self._folder, _LOCK)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            fd = at.new(self._folder, _LOCK, 0o644)  # a file system without hard links
            try:
                rest = memoryview(self._content or b"")
                while rest:
                    rest = rest[os.write(fd, rest) :]
                flush(fd)
            finally:
                os.close(fd)


def wait_until_free(git_dir: str) -> None:
    """Wait for another program's lock, no longer than SECONDS; what git then finds is git's to say. Never raises."""
    lock = os.path.join(git_dir, _LOCK)
    until = time.monotonic() + SECONDS
    while os.path.lexists(lock) and time.monotonic() < until:
        try:
            folder = at.own_folder(git_dir)
        except OSError:
            return
        try:
            if _left_by_a_crash(folder):
                return
        finally:
            os.close(folder)
        time.sleep(_STEP)


def _left_by_a_crash(folder: int) -> bool:
    """Take away a lock that a process of ours held which no longer runs; whether there was one."""
    try:
        lock = at.stat(folder, _LOCK)
        for name in at.listing(folder):
            if name.startswith(_OURS) and at.stat(folder, name).st_ino == lock.st_ino:
                owner = name[len(_OURS) :].partition("-")[0]
                if owner.isdecimal() and not _runs(int(owner)):
                    at.remove(folder, _LOCK)
                    at.remove(folder, name)
                    return True
    except OSError:
        return False
    return False


def _runs(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # there a signal of 0 would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
