"""What a built-in server's process may touch at all: its folders, its undo store, the desktop's trash, and Python itself.

The kernel's wall behind our own checks, put up before the first thread. Where there is none, our checks stand alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from servers.runtime import wire

Confine = Callable[[wire.Policy, str], object]
"""Given the first policy and the undo folder (or ""), confines the process."""


def confine(
    policy: wire.Policy,
    undo_folder: str,
    *,
    also_read: Sequence[str] = (),
    also_write: Sequence[str] = (),
    also_run: Sequence[str] = (),
    network: bool = False,
) -> None:
    """Let this process reach the granted folders and what it needs to run; a refusal by the kernel is said on stderr."""
    if sys.platform != "linux":
        return
    from servers.runtime.safe import landlock

    granted = [folder for folder in policy.folders if folder.access != "off" and not folder.protected]
    writable = [folder.path for folder in granted if folder.access in ("ask", "write")]
    try:
        if undo_folder:
            os.makedirs(undo_folder, 0o700, exist_ok=True)
            writable.append(undo_folder)
        landlock.confine(
            [*[folder.path for folder in granted], *also_read],
            [*writable, *also_write, *_trash_folders(), *landlock.device_paths()],
            run_paths=[*landlock.runtime_paths(), "/usr", "/bin", *also_run],
            network=network,
        )
    except (OSError, RuntimeError) as error:
        sys.stderr.write(f"not confined by the kernel: {error}\n")


def _trash_folders() -> list[str]:
    """The freedesktop trash of the account; one that is not there yet is not made, and the undo store serves instead."""
    return [os.path.join(os.path.expanduser("~"), ".local", "share", "Trash")]
