"""Which files of a repository's trees may be told about, now or in its history: the rules of the working tree's folders.

git reads them all; what is refused here never leaves, and is counted.
"""

from __future__ import annotations

import os

from servers.git.repository import Repository
from servers.runtime.call import Call
from servers.runtime.safe.patterns import may_be_sensitive
from servers.runtime.safe.words import RefusedError


class Judge:
    """Asked path by path (`/` between names, relative to the root); `left_out` counts the paths refused, each once."""

    def __init__(self, call: Call, repository: Repository) -> None:
        self._folders = call.folders
        self._root = repository.tree_root
        self._narrower = bool(call.folders.rows_below(self._root))
        self._refused: set[str] = set()

    def allows(self, *paths: str) -> bool:
        """Whether all of `paths` may be told about; where not, the last one counts as left out."""
        if all(self._one(path) for path in paths):
            return True
        self._refused.add(paths[-1])
        return False

    @property
    def left_out(self) -> int:
        """How many paths were refused so far."""
        return len(self._refused)

    def _one(self, path: str) -> bool:
        parts = [part for part in path.split("/") if part]
        if not self._narrower and not any(may_be_sensitive(part) for part in parts):
            return True
        try:
            self._folders.require(os.path.join(self._root, *parts), "read")
        except RefusedError:
            return False
        return True
