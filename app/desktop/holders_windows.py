"""Windows: a program file that runs cannot be opened for writing (ERROR_SHARING_VIOLATION), so whoever can open it runs it not."""

from __future__ import annotations

import os


def runs_from(folder: str) -> bool:
    """Whether a program of `folder` runs. Who cannot tell (it may not be written to) says yes: nothing is taken away."""
    try:
        names = os.listdir(folder)
    except OSError:
        return True
    for name in names:
        if name.lower().endswith(".exe"):
            try:
                os.close(os.open(os.path.join(folder, name), os.O_RDWR))
            except OSError:
                return True
    return False
