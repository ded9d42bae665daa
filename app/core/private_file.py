"""Writing a small file of our own: whole or not at all, for its owner's eyes only."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable


def replace_private(path: str, content: str | bytes, unless: Callable[[], bool] | None = None) -> bool:
    """Replace `path` by a 0600 file through a temporary one beside it. Text is written as UTF-8 with its line ends as they are.

    `unless` is asked when the new file is ready: True means the old one stays, and False is returned.
    A link is followed, so that dotfiles kept elsewhere stay linked. Raises OSError; then the old file stands untouched.
    """
    real = os.path.realpath(path)
    temporary = f"{real}.{os.getpid()}.tmp"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if unless is not None and unless():
            return False
        os.replace(temporary, real)
        return True
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
