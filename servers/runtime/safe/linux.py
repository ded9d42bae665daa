"""Linux's own calls: openat2, renameat2, FICLONE, and the real path of a descriptor.

`open_beneath` is the kernel's promise (openat2(2), RESOLVE_BENEATH): the object opened lies below the root's descriptor, links
and renames in mid-flight included. Nothing here decides whether it may be used.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys

if sys.platform != "linux":
    raise ImportError("these calls are Linux's")


O_PATH = 0o10000000
AT_FDCWD = -100
RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_NO_SYMLINKS = 0x04
RESOLVE_BENEATH = 0x08
RENAME_NOREPLACE = 1
RENAME_EXCHANGE = 2
FICLONE = 0x40049409
_SYS_OPENAT2 = 437
_SYS_RENAMEAT2 = {
    "x86_64": 316,
    "aarch64": 276,
    "riscv64": 276,
    "loongarch64": 276,
    "armv7l": 382,
    "i686": 353,
    "ppc64le": 357,
}
_TRIES = 64

LOOK = O_PATH | os.O_CLOEXEC
"""Flags that find an object without opening it: a FIFO's writer and a device notice nothing."""


class _OpenHow(ctypes.Structure):
    _fields_ = [("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64)]


_libc = ctypes.CDLL(None, use_errno=True)
_openat2 = _libc["syscall"]
_openat2.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t)
_openat2.restype = ctypes.c_long
_renameat2 = _libc["syscall"]
_renameat2.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
_renameat2.restype = ctypes.c_long
_hows: dict[tuple[int, int], tuple[_OpenHow, int]] = {}


def _how(flags: int, resolve: int) -> int:
    found = _hows.get((flags, resolve))
    if found is None:
        how = _OpenHow(flags, 0, resolve)
        found = _hows[flags, resolve] = (how, ctypes.addressof(how))
    return found[1]


def _open(directory: int, path: bytes, flags: int, resolve: int) -> int:
    how = _how(flags, resolve)
    error = errno.EAGAIN
    for _ in range(_TRIES):
        fd: int = _openat2(_SYS_OPENAT2, directory, path, how, 24)
        if fd >= 0:
            return fd
        error = ctypes.get_errno()
        # EAGAIN: a rename somewhere made the kernel unsure whether `..` stayed beneath (openat2(2)); EINTR: a signal.
        if error not in (errno.EAGAIN, errno.EINTR):
            break
    raise OSError(error, os.strerror(error))


def available() -> bool:
    """Whether the kernel has openat2 (5.6 and later) and lets this process use it; old seccomp profiles forbid it."""
    try:
        os.close(_open(AT_FDCWD, b"/", LOOK, RESOLVE_NO_SYMLINKS))
    except OSError:
        return False
    return os.path.exists("/proc/self/fd")


def open_root(path: str) -> int:
    """A descriptor of the folder at `path` (absolute), through no symbolic link at all. Raises OSError."""
    return _open(AT_FDCWD, os.fsencode(path), LOOK | os.O_DIRECTORY, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)


def open_beneath(root: int, relative: str, flags: int, *, links: bool) -> int:
    """Open `relative` below `root`. `links`: symbolic links that stay below it are followed; otherwise any is ELOOP.

    Raises OSError: EXDEV where it would leave the root.
    """
    resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS
    return _open(root, os.fsencode(relative), flags, resolve if links else resolve | RESOLVE_NO_SYMLINKS)


def real_path(fd: int) -> str:
    """The path that the open object has now. An unlinked object ends in " (deleted)"; the caller looks at its link count."""
    return os.readlink(f"/proc/self/fd/{fd}")


def follow(path: str) -> str:
    """Where `path` leads through links, as far as it exists. Raises OSError where it changed while it was followed."""
    return os.path.realpath(path)


def reopen(fd: int, flags: int) -> int:
    """The object of a descriptor got with LOOK, opened for use: the very same one, whatever its name leads to by now."""
    return os.open(f"/proc/self/fd/{fd}", flags | os.O_CLOEXEC)


def rename(source: int, old: str, target: int, new: str, flags: int) -> None:
    """renameat2(2). Raises OSError: EINVAL where the file system does not know the flag."""
    number = _SYS_RENAMEAT2.get(os.uname().machine)
    if number is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if _renameat2(number, source, os.fsencode(old), target, os.fsencode(new), flags) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def rename_new(source: int, old: str, target: int, new: str) -> None:
    """Rename where `new` is free; EEXIST where it is not."""
    rename(source, old, target, new, RENAME_NOREPLACE)


def exchange(source: int, old: str, target: int, new: str) -> None:
    """Let two names change their objects in one step."""
    rename(source, old, target, new, RENAME_EXCHANGE)


def clone(source: int, target: int) -> None:
    """Let the file `target` share the blocks of `source` (ioctl_ficlone(2)). OSError where the file system cannot."""
    import fcntl

    fcntl.ioctl(target, FICLONE, source)
