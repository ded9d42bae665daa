"""Moving bytes between open files and making them survive a power cut. Every function raises OSError."""

from __future__ import annotations

import errno
import os
import sys

_CHUNK = 1 << 20
_CANNOT = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM, errno.ETXTBSY)


def flush(fd: int) -> None:
    """The file's content and size reach the disk before this returns. On macOS fsync alone leaves them in the drive's cache."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        except OSError:
            os.fsync(fd)  # network file systems do not know F_FULLFSYNC
    else:
        os.fsync(fd)


def flush_folder(fd: int) -> None:
    """The names in an open folder reach the disk. Some file systems (FUSE, SMB) cannot flush a folder, and need not."""
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES):
            raise


def copy_bytes(source: int, target: int, most: int | None = None) -> int:
    """Append the content of `source`, from its start, to `target` at its position; at most `most` bytes. How many there were.

    Blocks are shared where both lie on one file system that can; else the kernel copies; else we do, in pieces of 1 MiB.
    """
    if most is None and _shared(source, target):
        return os.lseek(target, 0, os.SEEK_END)
    done = 0
    while most is None or done < most:
        wanted = _CHUNK * 64 if most is None else min(most - done, _CHUNK * 64)
        count = _kernel_copy(source, target, wanted, done)
        if count is None:
            return done + _plain_copy(source, target, done, None if most is None else most - done)
        if count == 0:
            break
        done += count
    return done


def _shared(source: int, target: int) -> bool:
    if sys.platform != "linux" or os.lseek(target, 0, os.SEEK_CUR):
        return False
    from servers.runtime.safe import linux

    try:
        linux.clone(source, target)
    except OSError as error:
        if error.errno in _CANNOT:
            return False
        raise
    return True


def _kernel_copy(source: int, target: int, wanted: int, offset: int) -> int | None:
    if sys.platform != "linux":
        return None
    try:
        return os.copy_file_range(source, target, wanted, offset)
    except OSError as error:
        if error.errno in _CANNOT:
            return None
        raise


def _plain_copy(source: int, target: int, start: int, most: int | None) -> int:
    os.lseek(source, start, os.SEEK_SET)
    done = 0
    while most is None or done < most:
        piece = memoryview(os.read(source, _CHUNK if most is None else min(_CHUNK, most - done)))
        if not piece:
            break
        done += len(piece)
        while piece:
            piece = piece[os.write(target, piece) :]
    return done
