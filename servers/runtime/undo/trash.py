"""Where trashed things go: the desktop's own trash when it lies on the same file system, else the undo store.

The freedesktop trash is filled as its specification 1.0 says: the description first, exclusively, then the entry by rename.
"""

from __future__ import annotations

import errno
import os
import sys
import time

from servers.runtime.safe import at, moving, trees
from servers.runtime.safe.opening import Parent

_PRIVATE = 0o700
_MAX_TRIES = 1000


class Place:
    """A place reserved for one entry. `folder` and `name` say where; `note` is the trash's description, if it has one."""

    def __init__(self, folder: str, name: str, note: str = "") -> None:
        self.folder = folder
        self.name = name
        self.note = note

    @property
    def path(self) -> str:
        """Where the entry will lie."""
        return os.path.join(self.folder, self.name)


def reserve(parent: Parent) -> Place | None:
    """A place in the desktop's trash for the entry of `parent`, or None where it has to be the undo store. Raises OSError.

    `drop` takes the reservation back.
    """
    trash = _desktop_trash()
    if not trash:
        return None
    try:
        if os.stat(_existing(trash)).st_dev != parent.stat.st_dev:
            return None
        if sys.platform == "darwin":
            return Place(trash, _free_name(trash, parent.name))
        return _freedesktop(trash, parent)
    except PermissionError:
        return None


def drop(place: Place) -> None:
    """Take a reservation back, or the description away once the entry has left the trash."""
    if place.note:
        try:
            os.unlink(place.note)
        except FileNotFoundError:
            return


def _desktop_trash() -> str:
    if sys.platform == "darwin":
        return os.path.join(os.path.expanduser("~"), ".Trash")
    if sys.platform == "win32":
        return ""  # the recycle bin takes paths, not handles: what it takes could have been swapped
    # Never XDG_DATA_HOME: clients strip it, and two trashes would be one too many.
    return os.path.join(os.path.expanduser("~"), ".local", "share", "Trash")


def _existing(path: str) -> str:
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def _freedesktop(trash: str, parent: Parent) -> Place:
    files, notes = os.path.join(trash, "files"), os.path.join(trash, "info")
    for folder in (trash, files, notes):
        os.makedirs(folder, _PRIVATE, exist_ok=True)
    text = f"[Trash Info]\nPath={_percent(parent.path)}\nDeletionDate={time.strftime('%Y-%m-%dT%H:%M:%S')}\n"
    for number in range(1, _MAX_TRIES):
        name = _numbered(parent.name, number)
        note = os.path.join(notes, f"{name}.trashinfo")
        try:
            fd = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
        except FileExistsError:
            continue
        try:
            os.write(fd, text.encode("ascii"))
        finally:
            os.close(fd)
        if os.path.lexists(os.path.join(files, name)):
            os.unlink(note)  # an entry without a description holds the name
            continue
        return Place(files, name, note)
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), parent.name)


def _free_name(folder: str, name: str) -> str:
    for number in range(1, _MAX_TRIES):
        tried = _numbered(name, number)
        if not os.path.lexists(os.path.join(folder, tried)):
            return tried
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)


def _numbered(name: str, number: int) -> str:
    # 230 bytes leave room for the number and for ".trashinfo" within the 255 that a name may have.
    raw = os.fsencode(name)[:230]
    short = os.fsdecode(raw)
    if number == 1:
        return short
    stem, dot, end = short.rpartition(".")
    return f"{stem}.{number}.{end}" if dot and stem else f"{short}.{number}"


def _percent(path: str) -> str:
    """RFC 2396 escaping of the path's bytes, as the specification asks for `Path`."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()/"
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in os.fsencode(path))


def carry(source: int, old: str, target: int, new: str, most: int) -> None:
    """Move `old` of one open folder to `new` of another, which must be free: by rename, or by copy and removal between file
    systems (at most `most` bytes). Raises OSError, and then both are as before."""
    try:
        moving.rename_new(source, old, target, new)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    part = moving.temporary_name()
    try:
        trees.copy(source, old, target, part, trees.Budget(most))
        moving.rename_new(target, part, target, new)
    except BaseException:
        if _there(target, part):
            trees.remove(target, part)
        raise
    trees.remove(source, old)


def _there(folder: int, name: str) -> bool:
    try:
        at.stat(folder, name)
    except FileNotFoundError:
        return False
    return True
