"""Making bytes survive a power cut. Nothing here decides what; every function raises OSError."""

from __future__ import annotations

import os
import sys


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
