"""Giving names to objects inside open folders: rename where the name is free, exchange two names, link, remove.

Works on folder descriptors and bare names, so no name on the way can be swapped. Every function raises OSError.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat as kinds
import sys

from servers.runtime.safe import at

_UNKNOWN = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


def temporary_name() -> str:
    """A name for a file that lives for a moment: never taken, recognisable, at most 255 bytes whatever it stands for."""
    return f".doorkeep-{secrets.token_hex(8)}.tmp"


def is_temporary(name: str) -> bool:
    """Whether `name` is one of ours; such a file that is minutes old was left by a crash."""
    return len(name) == 30 and name.startswith(".doorkeep-") and name.endswith(".tmp")


def rename_new(source: int, old: str, target: int, new: str) -> None:
    """Rename; FileExistsError where `new` is taken, at once and for certain. EXDEV between file systems."""
    try:
        _rename(source, old, target, new, exchange=False)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        _rename_claiming(source, old, target, new)


def _rename_claiming(source: int, old: str, target: int, new: str) -> None:
    # File systems without RENAME_NOREPLACE (some network ones): claim the name first, by a step that fails if it is taken.
    if kinds.S_ISDIR(at.stat(source, old).st_mode):
        at.make_folder(target, new, 0o700)
        try:
            at.rename(source, old, target, new)
        except OSError:
            at.remove_folder(target, new)
            raise
        return
    at.link(source, old, target, new)
    at.remove(source, old)


def exchange(folder: int, one: str, other: str) -> bool:
    """Let two names of a folder change their objects in one step. False, and nothing done, where the file system cannot."""
    try:
        _rename(folder, one, folder, other, exchange=True)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        return False
    return True


def _rename(source: int, old: str, target: int, new: str, *, exchange: bool) -> None:
    if sys.platform == "linux":
        from servers.runtime.safe import linux

        linux.rename(source, old, target, new, linux.RENAME_EXCHANGE if exchange else linux.RENAME_NOREPLACE)
    elif sys.platform == "darwin":
        from servers.runtime.safe import macos

        macos.rename(source, old, target, new, macos.RENAME_SWAP if exchange else macos.RENAME_EXCL)
    elif sys.platform == "win32" and not exchange:
        from servers.runtime.safe import windows_at

        windows_at.rename_new(source, old, target, new)
    else:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def remove_quietly(folder: int, name: str) -> None:
    """Remove a file of ours that may be gone already."""
    with contextlib.suppress(OSError):
        at.remove(folder, name)
