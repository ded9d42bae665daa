"""Opening on Windows: one real folder after another, each held so that it cannot be renamed, then the object's final path.

Handles of folders are opened without FILE_SHARE_DELETE: while they are open, nobody can put another folder or a junction in
their place. Links and junctions are never opened through; where one leads is read, and judged as a path of its own.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Protocol

from servers.runtime.safe import windows_paths

LOOK = os.O_RDONLY
GENERIC_READ = 0x8000_0000
GENERIC_WRITE = 0x4000_0000
DELETE = 0x0001_0000
READ_ATTRIBUTES = 0x80
SHARE_ALL = 7
SHARE_BUT_DELETE = 3
OPEN_EXISTING = 3
CREATE_NEW = 1
BACKUP_SEMANTICS = 0x0200_0000
OPEN_REPARSE_POINT = 0x0020_0000
ATTRIBUTE_DIRECTORY = 0x10
LINK_TAGS = (0xA000_000C, 0xA000_0003)
"""IO_REPARSE_TAG_SYMLINK and IO_REPARSE_TAG_MOUNT_POINT (junctions). Other tags (cloud files, compression) lead nowhere else."""
_MAX_LINKS = 40


class Kernel(Protocol):
    """The few calls of kernel32 that are needed; errors are OSError with errno. windows_kernel.py has the real ones."""

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int: ...
    def attributes(self, handle: int) -> tuple[int, int]:
        """File attributes and reparse tag (0 without one)."""
        ...

    def final_path(self, handle: int) -> str: ...
    def link_target(self, path: str) -> str: ...
    def reopen(self, handle: int, access: int, share: int) -> int: ...
    def close(self, handle: int) -> None: ...
    def to_descriptor(self, handle: int) -> int: ...
    def handle_of(self, fd: int) -> int: ...
    def replace_file(self, replaced: str, replacement: str) -> None: ...


_kept: list[Kernel] = []


def kernel() -> Kernel:
    """The system's calls, made once."""
    if not _kept:
        if sys.platform != "win32":
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        from servers.runtime.safe.windows_kernel import RealKernel

        _kept.append(RealKernel())
    return _kept[0]


def long(path: str) -> str:
    r"""`path` in the form that has no length limit and that the system does not reinterpret (`\\?\C:\…`)."""
    return "\\\\?\\" + path


def open_root(path: str) -> int:
    """A descriptor of the folder at `path` (absolute), through no link at all. Raises OSError."""
    drive, rest = windows_paths.split_drive(path)
    return _descend(drive + "\\", [part for part in rest.split("\\") if part], folder=True)


def open_beneath(root: int, relative: str, flags: int, *, links: bool) -> int:  # noqa: ARG001 - the interface of linux.py
    """Open `relative` below `root`. A link or junction anywhere is ELOOP, as a name that is no plain name is EXDEV."""
    parts = [part for part in relative.split("\\") if part not in ("", ".")]
    if any(windows_paths.name_refused(part) for part in parts):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    return _descend(real_path(root), parts, folder=False)


def _descend(top: str, parts: list[str], *, folder: bool) -> int:
    held: list[int] = []
    try:
        path = top
        for number in range(len(parts) + 1):
            last = number == len(parts)
            path = path.rstrip("\\") + "\\" + parts[number - 1] if number else top
            held.append(_step(path, GENERIC_READ if last else READ_ATTRIBUTES, folder=folder or not last))
        return kernel().to_descriptor(held.pop())
    finally:
        for handle in held:
            kernel().close(handle)


def _step(path: str, access: int, *, folder: bool) -> int:
    handle = kernel().create_file(
        long(path), READ_ATTRIBUTES, SHARE_BUT_DELETE, OPEN_EXISTING, BACKUP_SEMANTICS | OPEN_REPARSE_POINT
    )
    try:
        attributes, tag = kernel().attributes(handle)
        if tag in LINK_TAGS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        directory = bool(attributes & ATTRIBUTE_DIRECTORY)
        if folder and not directory:
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if access == READ_ATTRIBUTES:
            return handle
        # A file may be replaced while we read it: only folders are held in their place.
        opened = kernel().reopen(handle, access, SHARE_BUT_DELETE if directory else SHARE_ALL)
    except BaseException:
        kernel().close(handle)
        raise
    kernel().close(handle)
    return opened


def real_path(fd: int) -> str:
    """The path that the open object has now, long names and case as they are on the disk. Raises OSError."""
    return windows_paths.plain(kernel().final_path(kernel().handle_of(fd)))


def reopen(fd: int, flags: int) -> int:  # noqa: ARG001 - the interface of linux.py
    """The object of a descriptor once more, for reading."""
    return kernel().to_descriptor(kernel().reopen(kernel().handle_of(fd), GENERIC_READ, SHARE_ALL))


def follow(path: str) -> str:
    """Where `path` leads through links and junctions, read one after another; a target on the network is EXDEV, unseen."""
    drive, rest = windows_paths.split_drive(path)
    done, left = drive + "\\", [part for part in rest.split("\\") if part]
    links = 0
    while left:
        here = done.rstrip("\\") + "\\" + left.pop(0)
        try:
            handle = kernel().create_file(
                long(here), READ_ATTRIBUTES, SHARE_ALL, OPEN_EXISTING, BACKUP_SEMANTICS | OPEN_REPARSE_POINT
            )
        except OSError:
            return "\\".join([here, *left])
        try:
            _, tag = kernel().attributes(handle)
        finally:
            kernel().close(handle)
        if tag not in LINK_TAGS:
            done = here
            continue
        links += 1
        try:
            target = windows_paths.target_of(here, kernel().link_target(long(here)))
        except ValueError:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV)) from None
        if links > _MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        drive, rest = windows_paths.split_drive(target)
        done, left = drive + "\\", [part for part in rest.split("\\") if part] + left
    return done
