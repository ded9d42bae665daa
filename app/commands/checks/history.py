"""The log: can it be read, is its chain unbroken, is it for its owner's eyes only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from app.commands.checks.finding import Finding
from app.core.errors import JournalError
from app.core.journal.database import database_of
from app.core.journal.reader import Reader
from app.core.journal.verify import verify


def check_log(home: str) -> Iterator[Finding]:
    """Every finding about the log."""
    path = database_of(home)
    if not os.path.exists(path):
        yield Finding("log", "ok", "There is no log yet: no call was made.")
        return
    if sys.platform != "win32" and os.stat(path).st_mode & 0o077:
        yield Finding("log", "problem", f"Other users can read {path}.", f"Run: chmod 600 '{path}'")
    try:
        with Reader(home) as reader:
            newest = reader.query(limit=1).records
            lost = reader.count("outcome:lost")
    except JournalError as error:
        yield Finding("log", "problem", f"{error.title} {error.detail}".strip(), error.fix)
        return
    yield Finding("log", "ok", f"{newest[0].id if newest else 0} calls are in the log.")
    if lost:
        yield Finding(
            "log",
            "note",
            f"{lost} calls were under way when a gateway ended.",
            "See: doorkeep log --filter outcome:lost",
        )
    yield from _chain(home)


def _chain(home: str) -> Iterator[Finding]:
    try:
        report = verify(home)
    except JournalError as error:
        yield Finding("log", "problem", f"{error.title} {error.detail}".strip(), error.fix)
        return
    if report.whole:
        yield Finding("log", "ok", f"Its chain of {report.events} events is unbroken.")
    else:
        words = f"{len(report.findings) + report.more} things in the log are not as the gateway wrote them: {report.findings[0].words}"
        yield Finding("log", "problem", words, "See them all: doorkeep log verify")
    for note in report.notes:
        yield Finding("log", "note", note)
