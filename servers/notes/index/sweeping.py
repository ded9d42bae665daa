"""All notes of a vault compared with their files: what finds an edit in place that nobody heard of. A few microseconds a note."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from servers.notes.index.database import Connection
from servers.notes.index.rechecking import stale_in

if TYPE_CHECKING:
    from servers.notes.index.keeping import Keeper

_FOLDERS_AT_ONCE = 40


def sweep(keeper: Keeper, check: Callable[[], object], rest_seconds: float = 0.0) -> int:
    """Compare, a few folders at a time so that others get their turn, and read what differs; how many notes that were."""
    with keeper.writing() as db:
        folders = db.rows("SELECT id, path FROM folders")
    count = 0
    for start in range(0, len(folders), _FOLDERS_AT_ONCE):
        check()
        with keeper.writing() as db:
            stale = _stale(db, keeper.vault, folders[start : start + _FOLDERS_AT_ONCE])
        if stale:
            count += len(stale)
            keeper.recheck(stale, check)
        if rest_seconds:
            time.sleep(rest_seconds)
    keeper.swept = time.monotonic()
    return count


def _stale(db: Connection, vault: str, folders: list[tuple[int, str]]) -> list[str]:
    return [path for number, path in folders for path in stale_in(db, vault, number, path)]
