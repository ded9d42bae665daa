"""Working on the entries of an open folder: (folder's descriptor, name), never a path, never through a link.

One interface; on POSIX the `…at` calls of the system, on Windows the folder's final path while its handle holds it in place.
Every function raises OSError.
"""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    from servers.runtime.safe.windows_at import (
        append,
        existing,
        folder,
        link,
        listing,
        make_folder,
        make_link,
        new,
        own_folder,
        read_at,
        read_link,
        remove,
        remove_folder,
        rename,
        stat,
    )
else:
    _EXISTING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    _FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    _NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

    def own_folder(path: str) -> int:
        """A descriptor of a folder of our own (a store, a trash), named by its path."""
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def stat(at: int, name: str) -> os.stat_result:
        """The entry's own stat."""
        return os.stat(name, dir_fd=at, follow_symlinks=False)

    def listing(at: int) -> list[str]:
        """The names in the folder, unordered."""
        return os.listdir(at)

    def existing(at: int, name: str) -> int:
        """The entry opened for reading; never waits. The caller looks at its kind."""
        return os.open(name, _EXISTING, dir_fd=at)

    def folder(at: int, name: str) -> int:
        """The folder `name`, opened to work in."""
        return os.open(name, _FOLDER, dir_fd=at)

    def new(at: int, name: str, mode: int) -> int:
        """A new file, opened for reading and writing; FileExistsError where the name is taken."""
        return os.open(name, _NEW, mode, dir_fd=at)

    def append(at: int, name: str) -> int:
        """An existing file, opened to write at its end."""
        return os.open(name, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)

    def make_folder(at: int, name: str, mode: int = 0o777) -> None:
        """A new folder; FileExistsError where the name is taken."""
        os.mkdir(name, mode, dir_fd=at)

    def remove(at: int, name: str) -> None:
        """Remove the name of a file or link."""
        os.unlink(name, dir_fd=at)

    def remove_folder(at: int, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(name, dir_fd=at)

    def rename(source: int, old: str, target: int, new: str) -> None:
        """Rename, over whatever file lies at `new`."""
        os.rename(old, new, src_dir_fd=source, dst_dir_fd=target)

    def link(source: int, old: str, target: int, new: str) -> None:
        """A second name for a file; FileExistsError where it is taken."""
        os.link(old, new, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)

    def make_link(target: str, at: int, name: str) -> None:
        """A symbolic link to `target`."""
        os.symlink(target, name, dir_fd=at)

    def read_link(at: int, name: str) -> str:
        """Where a symbolic link says it leads."""
        return os.readlink(name, dir_fd=at)

    def read_at(fd: int, size: int, offset: int) -> bytes:
        """At most `size` bytes from `offset`; the descriptor's position stays."""
        return os.pread(fd, size, offset)


__all__ = [
    "append",
    "existing",
    "folder",
    "link",
    "listing",
    "make_folder",
    "make_link",
    "new",
    "own_folder",
    "read_at",
    "read_link",
    "remove",
    "remove_folder",
    "rename",
    "stat",
]
