"""Hearing of changes in a vault from the operating system, by watchdog. What it says is a hint: everything is looked at again.

Where the system cannot watch (too many folders, a network disk), nothing is heard and the sweep finds changes alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from servers.notes.names import is_note

MAX_FOLDERS = 8000
"""Linux watches each folder by itself, hidden ones too, and each costs memory: of a larger tree the sweep alone takes care."""
_WANTED = [
    f"{kind}{what}Event"
    for kind in ("File", "Dir")
    for what in ("Created", "Modified", "Moved", "Deleted")
    if (kind, what) != ("Dir", "Modified")
]


class Watch:
    """A running watch on a vault. `heard` gets the absolute paths of notes, and of folders in which something came or went."""

    def __init__(self, vault: str, heard: Callable[[str], object]) -> None:
        self._vault = vault
        self._heard = heard
        self._observer: Any = None

    def start(self) -> bool:
        """Whether the system watches from now on. Raises nothing."""
        if sys.platform == "linux" and _folders(self._vault, MAX_FOLDERS) >= MAX_FOLDERS:
            sys.stderr.write("changes in a vault are not heard of and must be looked for: it has too many folders\n")
            return False
        import warnings

        # Said where a folder and one in it are made at once (watchdog 7.1.0, inotify_c); both are watched all the same.
        warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)
        try:
            from watchdog import events
            from watchdog.observers import Observer

            # Reading a note must make no noise: the first making opens every one of them.
            wanted: Any = [getattr(events, name) for name in _WANTED]
            self._observer = Observer()
            self._observer.daemon = True
            self._observer.schedule(self, self._vault, recursive=True, event_filter=wanted)
            self._observer.start()
        except (OSError, RuntimeError) as error:
            self._observer = None
            sys.stderr.write(f"changes in a vault are not heard of and must be looked for: {error}\n")
            return False
        return True

    def stop(self) -> None:
        """Hear nothing more. Does not wait."""
        if self._observer is not None:
            self._observer.stop()
            self._observer = None

    def dispatch(self, event: Any) -> None:
        """Called by watchdog, on a thread of its own."""
        for path in (event.src_path, event.dest_path):
            text = os.fsdecode(path) if path else ""
            if text and self._is_ours(text):
                if is_note(text) and not event.is_directory:
                    self._heard(text)
                if event.event_type != "modified":
                    self._heard(os.path.dirname(text))

    def _is_ours(self, path: str) -> bool:
        """Whether the path is one that the index may hold: nothing hidden in it."""
        inside = path[len(self._vault) :]
        return path.startswith(self._vault) and f"{os.sep}." not in inside


def _folders(top: str, most: int) -> int:
    """How many folders there are at and below `top`, links not followed; counted up to `most`."""
    todo, count = [top], 0
    while todo and count < most:
        count += 1
        try:
            with os.scandir(todo.pop()) as entries:
                todo += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue
    return count
