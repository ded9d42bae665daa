"""Writing a file so that everyone sees the old content or the new one, and the old one only if it is what was expected.

The new content is written beside the file, made durable, and then takes the name in one step; nothing is ever written into an
existing inode, so hard links elsewhere and readers keep what they have. A failure leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat as kinds
import sys
from collections.abc import Callable

from servers.runtime.safe import at, moving
from servers.runtime.safe.durable import copy_bytes, flush, flush_folder
from servers.runtime.safe.etag import MAX_HASHED, etag
from servers.runtime.safe.opening import Parent, kind
from servers.runtime.safe.words import ConflictError, said

_TMPFILE = getattr(os, "O_TMPFILE", 0)
# EISDIR and ENOENT are what kernels say that do not know the flag (open(2)).
_NO_TMPFILE = (errno.EOPNOTSUPP, errno.EINVAL, errno.EISDIR, errno.ENOENT, errno.ENOSYS)
_TRIES = 100
"""How often something newer may take the name in a row, each time within microseconds."""
_NEVER_COPIED = ("security.capability", "security.ima", "security.evm")


def replace_file(
    parent: Parent,
    content: bytes | bytearray | memoryview,
    *,
    expect: str | None = None,
    known: bytes | None = None,
    create_only: bool = False,
    keep: os.stat_result | None = None,
    durable: bool = True,
) -> os.stat_result:
    """Give the entry of `parent` this content; the fstat of the new file is returned.

    `expect`: the etag that the present content must have, checked together with the replacement; `known` is that content, if
    the caller has it: bytes are compared in a quarter of the time that hashing takes. `create_only`: nothing may lie there yet.
    What is replaced hands on its mode (set-user-id bits excepted, as any write drops them), owner and extended attributes;
    `keep` gives mode and owner of a new file. `durable`: after a power cut it is all there, or the old file is.

    Raises ConflictError (not as expected), NotFoundError, ToolError (disk full, quota, read-only, denied…).
    """
    return replace_with(
        parent,
        lambda new: new.write(content),
        expect=expect,
        known=known,
        create_only=create_only,
        keep=keep,
        durable=durable,
    )


def replace_with(
    parent: Parent,
    fill: Callable[[New], object],
    *,
    expect: str | None = None,
    known: bytes | None = None,
    create_only: bool = False,
    keep: os.stat_result | None = None,
    durable: bool = True,
) -> os.stat_result:
    """As `replace_file`, where `fill` writes the content (`New.write`, `New.copy`) and may raise to leave all as it was."""
    try:
        old = _open_old(parent, create_only)
    except OSError as error:
        raise said("write", parent.path, error) from None
    try:
        if old is None and expect is not None:
            raise ConflictError(f"Cannot write {parent.path}: it no longer exists. Look again before you write.")
        seen = os.fstat(old) if old is not None else None
        if old is not None and seen is not None and expect is not None and not _is(old, seen, expect, known):
            raise changed(parent.path)
        with New(parent, seen or keep, old) as new:
            fill(new)
            if durable:
                flush(new.fd)
            if seen is None:
                new.name_free()
            else:
                new.name_instead_of(seen)
            if durable:
                flush_folder(parent.fd)
            return os.fstat(new.fd)
    except OSError as error:
        raise said("write", parent.path, error) from None
    finally:
        if old is not None:
            os.close(old)


def _is(fd: int, found: os.stat_result, expect: str, known: bytes | None) -> bool:
    """Whether an open file is in the state of that etag."""
    if known is None or len(known) > MAX_HASHED:
        return etag(fd, found) == expect
    return found.st_size == len(known) and at.read_at(fd, len(known) + 1, 0) == known


def changed(path: str) -> ConflictError:
    """The words for a file that is not in the state the caller saw."""
    return ConflictError(f"{path} changed since it was read. Nothing was written; read it again and repeat the change.")


def _open_old(parent: Parent, create_only: bool) -> int | None:
    found = parent.look()
    if found is None:
        return None
    if create_only:
        raise ConflictError(f"Cannot create {parent.path}: something with this name exists already.")
    if not kinds.S_ISREG(found.st_mode):
        raise ConflictError(f"Cannot write {parent.path}: it is {kind(found.st_mode)}, not a file.")
    fd = at.existing(parent.fd, parent.name)
    if not kinds.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise changed(parent.path)
    return fd


class New:
    """A file in the making in `parent`'s folder: without a name where the system can, else under a temporary one.

    `like` gives it mode and owner, `source` (a descriptor) its extended attributes. Leaving the block without a name given
    leaves nothing behind.
    """

    def __init__(self, parent: Parent, like: os.stat_result | None = None, source: int | None = None) -> None:
        self.parent = parent
        self.temporary = ""
        self.fd = self._make()
        try:
            if like is not None:
                liken(self.fd, like, source)
        except BaseException:
            self.__exit__()
            raise

    def _make(self) -> int:
        if _TMPFILE:
            try:
                return os.open(".", _TMPFILE | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o666, dir_fd=self.parent.fd)
            except OSError as error:
                if error.errno not in _NO_TMPFILE:
                    raise
        name = moving.temporary_name()
        fd = at.new(self.parent.fd, name, 0o666)
        self.temporary = name
        return fd

    def __enter__(self) -> New:
        return self

    def __exit__(self, *_: object) -> None:
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)
        if self.temporary:
            moving.remove_quietly(self.parent.fd, self.temporary)
            self.temporary = ""

    def write(self, content: bytes | bytearray | memoryview) -> None:
        """Write all of it at the descriptor's position. Raises OSError."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self.fd, rest) :]

    def copy(self, source: int, most: int | None = None) -> int:
        """Append the content of the open file `source` from its start, at most `most` bytes; how many there were.

        Blocks are shared where the file system can. Raises OSError.
        """
        return copy_bytes(source, self.fd, most)

    def name_free(self) -> None:
        """Take the entry's name; FileExistsError where somebody else was quicker."""
        if self.temporary:
            moving.rename_new(self.parent.fd, self.temporary, self.parent.fd, self.parent.name)
            self.temporary = ""
        else:
            self._link(self.parent.name)

    def name_instead_of(self, seen: os.stat_result) -> None:
        """Take the entry's name from the file whose stat was `seen`; ConflictError where another lies there by now.

        Both names change their objects in one step, the object that came out is compared, and goes back if it is not the one.
        Before that the name is looked at once more, so that only a change within microseconds is ever put back.
        """
        if not same(seen, at.stat(self.parent.fd, self.parent.name)):
            raise changed(self.parent.path)
        if not self.temporary:
            name = moving.temporary_name()
            self._link(name)
            self.temporary = name
        folder, name = self.parent.fd, self.parent.name
        if not moving.exchange(folder, self.temporary, name):
            if not same(seen, at.stat(folder, name)):
                raise changed(self.parent.path)
            at.rename(folder, self.temporary, folder, name)
            self.temporary = ""
        elif not same(seen, at.stat(folder, self.temporary)):
            self._put_back(folder, name)
            raise changed(self.parent.path)

    def _put_back(self, folder: int, name: str) -> None:
        """What was taken out goes back. Where the name got something newer at this very moment, that is what stays."""
        there = os.fstat(self.fd)
        for _ in range(_TRIES):
            put = at.stat(folder, self.temporary)
            moving.exchange(folder, self.temporary, name)
            if _one(at.stat(folder, self.temporary), there):
                return
            there = put

    def _link(self, name: str) -> None:
        os.link(f"/proc/self/fd/{self.fd}", name, dst_dir_fd=self.parent.fd, follow_symlinks=True)


def _one(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def same(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether two stats show one inode in one state. The change time does not count: linking and renaming touch it."""
    return (one.st_ino, one.st_dev, one.st_size, one.st_mtime_ns, kinds.S_IFMT(one.st_mode)) == (
        other.st_ino,
        other.st_dev,
        other.st_size,
        other.st_mtime_ns,
        kinds.S_IFMT(other.st_mode),
    )


def liken(fd: int, like: os.stat_result, source: int | None) -> None:
    """Give the open file `fd` the mode and owner of `like` and the extended attributes of the open file `source`."""
    if sys.platform == "win32":
        return  # ReplaceFileW passes the access list and the attributes on
    mine = os.fstat(fd)
    if (mine.st_uid, mine.st_gid) != (like.st_uid, like.st_gid):
        _give(fd, like.st_uid, like.st_gid)
    if source is not None:
        _copy_attributes(source, fd)
    os.fchmod(fd, kinds.S_IMODE(like.st_mode) & ~(kinds.S_ISUID | kinds.S_ISGID))


def set_time(fd: int, like: os.stat_result) -> None:
    """Give the open file the time of modification of `like`, where the system can do so by descriptor."""
    if os.utime in os.supports_fd:
        os.utime(fd, ns=(like.st_atime_ns, like.st_mtime_ns))


def _give(fd: int, user: int, group: int) -> None:
    # Only root may give a file away; a member of the group may keep the group. Else the file is the user's own from now on.
    if sys.platform == "win32":
        return
    for owner in (user, -1):
        try:
            os.fchown(fd, owner, group)
        except PermissionError:
            continue
        return


def _copy_attributes(source: int, target: int) -> None:
    if sys.platform == "darwin":
        from servers.runtime.safe import macos

        macos.copy_attributes(source, target)
    elif sys.platform == "linux":
        try:
            names = os.listxattr(source)
        except OSError:
            return  # a file system without extended attributes
        for name in names:
            if name not in _NEVER_COPIED:
                # trusted.* and security.* are the system's to give; a full attribute block costs the attribute, not the write.
                with contextlib.suppress(OSError):
                    os.setxattr(target, name, os.getxattr(source, name))
