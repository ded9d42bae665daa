"""Keeping what a change is about to replace, as cheaply as the file system allows: shared blocks, the inode itself, or a copy.

An image is never changed once it is kept. Whatever fails here fails before the change has touched anything.
"""

from __future__ import annotations

import errno
import os
import stat as kinds
import sys

from servers.runtime.safe import at, moving
from servers.runtime.safe.atomic import liken, same, set_time
from servers.runtime.safe.durable import copy_bytes, flush
from servers.runtime.safe.opening import Parent
from servers.runtime.safe.words import ConflictError

_NO_LINK = (errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def keep(parent: Parent, store: int, name: str) -> os.stat_result:
    """Keep the regular file that `parent` names as `name` in the open folder `store`; the stat of the image.

    Raises OSError (nothing is left in the store), ConflictError where no regular file lies there.
    """
    fd = at.existing(parent.fd, parent.name)
    try:
        found = os.fstat(fd)
        if not kinds.S_ISREG(found.st_mode):
            raise ConflictError(f"Cannot change {parent.path}: it is no regular file.")
        # The inode itself is kept only where no other name leads to it: through that name it could still be written to.
        if found.st_nlink == 1 and found.st_dev == os.fstat(store).st_dev and not _cloning(fd, store):
            linked = _linked(parent, found, store, name)
            if linked is not None:
                return linked
        return _copied(fd, found, store, name)
    finally:
        os.close(fd)


_without_clones: set[int] = set()


def _cloning(fd: int, store: int) -> bool:
    """Whether the store's file system shares blocks; asked once for each, since the answer costs a file."""
    if sys.platform != "linux":
        return False
    device = os.fstat(store).st_dev
    if device in _without_clones:
        return False
    name = moving.temporary_name()
    probe = at.new(store, name, 0o600)
    from servers.runtime.safe import linux

    try:
        linux.clone(fd, probe)
    except OSError:
        _without_clones.add(device)
        return False
    finally:
        os.close(probe)
        moving.remove_quietly(store, name)
    return True


def _linked(parent: Parent, found: os.stat_result, store: int, name: str) -> os.stat_result | None:
    try:
        at.link(parent.fd, parent.name, store, name)
    except OSError as error:
        if error.errno in _NO_LINK:
            return None
        raise
    linked = at.stat(store, name)
    if not same(found, linked):
        moving.remove_quietly(store, name)
        raise ConflictError(f"Cannot change {parent.path}: it is being changed by another program at this moment.")
    return linked


def _copied(fd: int, found: os.stat_result, store: int, name: str) -> os.stat_result:
    image = at.new(store, name, 0o600)
    try:
        copy_bytes(fd, image)
        liken(image, found, fd)
        set_time(image, found)
        flush(image)
        return os.fstat(image)
    except BaseException:
        moving.remove_quietly(store, name)
        raise
    finally:
        os.close(image)
