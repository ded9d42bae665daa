"""The lock that a client itself takes while it writes its file: a folder beside it, called like it with `.lock` behind.

Claude Code and Cline read, change and write their file under it, so whoever holds it loses nothing to them. It is held for
milliseconds. One that its owner has not touched for ten seconds is left over from a kill, by their own rule.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from app.core.errors import ClientConfigError

WAIT_SECONDS = 15.0
STALE_SECONDS = 10.0
STEP_SECONDS = 0.02


@contextlib.contextmanager
def held(real: str, title: str, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock of the file at `real`. Raises ClientConfigError where the client does not let go of it within `wait` seconds."""
    path = real + ".lock"
    _take(path, title, wait)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.rmdir(path)


def _take(path: str, title: str, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            os.mkdir(path, 0o700)
            return
        except FileExistsError:
            pass
        except OSError as error:
            raise ClientConfigError(
                f"{path} cannot be made: {error.strerror or error}.",
                f"{title} makes it while it writes its file, so that nobody else does; nothing was written.",
                "Make the folder writable, then try again.",
            ) from None
        if _left_over(path):
            with contextlib.suppress(OSError):
                os.rmdir(path)
        elif time.monotonic() > end:
            raise ClientConfigError(
                f"{title} has been writing its file for {wait:.0f} s ({path} is there).",
                "Nothing was written.",
                f"Try again; if it stays and {title} does not run, remove {path}.",
            )
        time.sleep(STEP_SECONDS)


def _left_over(path: str) -> bool:
    """Whether nobody can hold it any more; a folder with something in it is never taken away."""
    try:
        return time.time() - os.stat(path).st_mtime > STALE_SECONDS and not os.listdir(path)
    except OSError:
        return False
