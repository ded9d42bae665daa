"""at.py's functions for Windows: the folder's final path and a name, while the folder's handle keeps it in its place.

The handle was opened without FILE_SHARE_DELETE, so neither the folder nor one above it can be renamed or replaced meanwhile.
"""

from __future__ import annotations

import os

from servers.runtime.safe import windows


def where(at: int, name: str = "") -> str:
    """The path of an entry, in the form that the system does not reinterpret."""
    return windows.long(windows.real_path(at).rstrip("\\") + ("\\" + name if name else ""))


def own_folder(path: str) -> int:
    """A descriptor of a folder of our own (a store), named by its path."""
    return windows.open_root(path)


def stat(at: int, name: str) -> os.stat_result:
    """The entry's own stat."""
    return os.lstat(where(at, name))


def listing(at: int) -> list[str]:
    """The names in the folder, unordered."""
    return os.listdir(where(at))


def existing(at: int, name: str) -> int:
    """The entry opened for reading, not through a link (ELOOP). Others may write, rename and remove it meanwhile."""
    return windows.open_beneath(at, name, windows.LOOK, links=False)


def folder(at: int, name: str) -> int:
    """The folder `name`, opened to work in and held in its place."""
    return windows.open_beneath(at, name, windows.LOOK, links=False)


def new(at: int, name: str, mode: int) -> int:  # noqa: ARG001 - access lists come from the folder
    """A new file, opened for reading and writing so that it can be renamed while it is open."""
    access = windows.GENERIC_READ | windows.GENERIC_WRITE | windows.DELETE
    flags = windows.OPEN_REPARSE_POINT
    handle = windows.kernel().create_file(where(at, name), access, windows.SHARE_ALL, windows.CREATE_NEW, flags)
    return windows.kernel().to_descriptor(handle)


def append(at: int, name: str) -> int:
    """An existing file, opened to write at its end."""
    return os.open(where(at, name), os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))


def make_folder(at: int, name: str, mode: int = 0o777) -> None:
    """A new folder; FileExistsError where the name is taken."""
    os.mkdir(where(at, name), mode)


def remove(at: int, name: str) -> None:
    """Remove the name of a file or link."""
    os.unlink(where(at, name))


def remove_folder(at: int, name: str) -> None:
    """Remove an empty folder."""
    os.rmdir(where(at, name))


def rename(source: int, old: str, target: int, new: str) -> None:
    """Rename, over whatever file lies at `new`; its access list and streams pass to the new one."""
    here, there = where(source, old), where(target, new)
    if os.path.lexists(there):
        windows.kernel().replace_file(there, here)
    else:
        os.rename(here, there)


def rename_new(source: int, old: str, target: int, new: str) -> None:
    """Rename where `new` is free; FileExistsError where it is not, as Windows's own rename has it."""
    os.rename(where(source, old), where(target, new))


def link(source: int, old: str, target: int, new: str) -> None:
    """A second name for a file; FileExistsError where it is taken."""
    os.link(where(source, old), where(target, new))


def make_link(target: str, at: int, name: str) -> None:
    """A symbolic link to `target`; most users may not make one (PermissionError)."""
    os.symlink(target, where(at, name))


def read_link(at: int, name: str) -> str:
    """Where a symbolic link says it leads."""
    return os.readlink(where(at, name))


def read_at(fd: int, size: int, offset: int) -> bytes:
    """At most `size` bytes from `offset`; the descriptor's position stays."""
    before = os.lseek(fd, 0, os.SEEK_CUR)
    os.lseek(fd, offset, os.SEEK_SET)
    try:
        return os.read(fd, size)
    finally:
        os.lseek(fd, before, os.SEEK_SET)
