"""A name for one state of a file: what a reader saw, and what a writer expects still to find.

Up to 1 MiB it is the content's own hash; above, a hash of what the system says of the file, since hashing gigabytes to answer
for one page would cost more than the page.
"""

from __future__ import annotations

import hashlib
import os

from servers.runtime.safe import at

MAX_HASHED = 1 << 20
"""Bytes up to which the content counts."""


def etag(fd: int, found: os.stat_result) -> str:
    """The etag of the open regular file `fd`, whose fstat is `found`: 32 hex digits, or `s-` and 30 hex digits above MAX_HASHED.

    The descriptor's position does not move. Raises OSError.
    """
    if found.st_size > MAX_HASHED:
        return of_stat(found)
    content = at.read_at(fd, MAX_HASHED + 1, 0)
    if len(content) > MAX_HASHED:  # it grew since
        return of_stat(os.fstat(fd))
    return of_content(content)


def of_content(content: bytes | bytearray | memoryview) -> str:
    """The etag of a file that holds exactly `content` (at most MAX_HASHED bytes)."""
    return hashlib.sha256(content).hexdigest()[:32]


def of_stat(found: os.stat_result) -> str:
    """The etag of a large file: it changes with every write, and when another file takes the name.

    The change time does not count: keeping a before-image by a link touches it.
    """
    told = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    return "s-" + hashlib.sha256(repr(told).encode()).hexdigest()[:30]
