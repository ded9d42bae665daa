"""What Home shows from disk, read on a worker: the numbers of 24 hours, the last calls, and what is missing before anything can work."""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

from app.core.errors import SettingsError
from app.core.journal.kinds import Kind
from app.core.journal.record import CallRecord
from app.ui.home.strip import STEP_MS, window_of

Missing = Literal["", "folder", "client"]
LAST = 8


class HomeFacts(NamedTuple):
    """`missing` is the next step: no folder is granted, or no app has ever come through."""

    since_ms: int
    pieces: list[dict[Kind, int]]
    calls: list[CallRecord]
    missing: Missing


def read(home: str) -> HomeFacts:
    """Blocks on disk. Raises DoorkeepError."""
    from app.core.journal.reader import Reader  # SQL and settings load where nobody waits for a window

    since, until = window_of(time.time())
    with Reader(home) as reader:
        calls = reader.query(limit=LAST).records
        pieces = reader.counts(since, until, STEP_MS)
    return HomeFacts(since, pieces, calls, _missing(home, calls))


def _missing(home: str, calls: list[CallRecord]) -> Missing:
    from app.core import settings

    try:
        folders = settings.load_kept(home).folders
    except SettingsError:
        return ""  # the state says it already
    if not any(folder.access != "off" for folder in folders):
        return "folder"
    return "" if calls else "client"
