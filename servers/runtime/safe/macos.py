"""macOS's own calls: the real path of a descriptor, and renames that claim or exchange a name."""

from __future__ import annotations

import ctypes
import os
import sys
import unicodedata

if sys.platform == "win32":
    raise ImportError("Windows opens things by windows.py")


F_GETPATH = 50
"""fcntl(2) of macOS: the path of an open file, into a buffer of MAXPATHLEN bytes."""
_MAXPATHLEN = 1024
RENAME_SWAP = 0x2
RENAME_EXCL = 0x4
"""renameatx_np(2), <sys/stdio.h>."""
_COPYFILE_ACL = 1
_COPYFILE_XATTR = 4
"""copyfile(3)."""
_DATA_VOLUME = "/System/Volumes/Data"


def real_path(fd: int) -> str:
    """The path that the open object has now, in the form grants are written in. Raises OSError."""
    import fcntl

    raw = fcntl.fcntl(fd, F_GETPATH, b"\0" * _MAXPATHLEN)
    return plain_path(os.fsdecode(raw.partition(b"\0")[0]))


def plain_path(path: str) -> str:
    """`path` without the mount point of the data volume, which firmlinks make visible twice, and in Unicode's composed form.

    The file systems keep either form and find both; comparing needs one.
    """
    if path == _DATA_VOLUME or path.startswith(_DATA_VOLUME + "/"):
        path = path[len(_DATA_VOLUME) :] or "/"
    return unicodedata.normalize("NFC", path)


def rename(source: int, old: str, target: int, new: str, flags: int) -> None:
    """renameatx_np(2). Raises OSError: ENOTSUP where the volume does not know the flag."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameatx_np(source, os.fsencode(old), target, os.fsencode(new), ctypes.c_uint(flags)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def copy_attributes(source: int, target: int) -> None:
    """Give the open file `target` the extended attributes and access list of `source`, as far as the system lets us."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.fcopyfile(source, target, None, ctypes.c_uint(_COPYFILE_ACL | _COPYFILE_XATTR))
