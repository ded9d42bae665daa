"""A log of a million calls as a year of use would leave it, written through the journal's own hand and kept in the scratch folder."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from app.core.journal import store, writer
from app.core.journal.writer import Journal
from tests.bench.ground import WORDS

CALLS = 1_000_000
YEAR_MS = 365 * 86_400_000
COMMIT = 500
CLIENTS = ("claude-ai 1.2.3", "claude-code 2.1.0", "Cursor 1.9", "Zed 0.200", "codex 0.50")
TOOLS = {
    "filesystem": ("read_file", "list_directory", "search_files", "write_file", "edit_file", "move_file"),
    "git": ("git_status", "git_diff", "git_log", "git_commit", "git_show"),
    "notes": ("search_notes", "read_note", "create_note"),
    "github": ("list_issues", "create_issue", "get_file_contents"),
}
RARE = "quokkaberry"
"""In the arguments of three calls, all in the oldest thousandth."""
SELDOM = "heliotrope"
"""In one of 20,000."""
USUAL = "invoice"
"""In one of 50."""


def million(home: Path, calls: int = CALLS) -> Path:
    """The home with the log in it; made once, in about three minutes."""
    done = home / ".whole"
    if done.exists():
        return home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = random.Random(7)
    clock = Clock(calls)
    before, writer.now_ms = writer.now_ms, clock.now  # the calls of a year, recorded in minutes
    try:
        journal = Journal.open(str(home), max_bytes=64 * 1024**3, max_calls=calls * 2)
        begun = time.monotonic()
        for number in range(calls):
            clock.number = number
            one(journal, source, number)
            if number % COMMIT == COMMIT - 1:
                journal.commit()
                journal.derive(4 * COMMIT)
            if number % 100_000 == 99_999:
                print(f"{number + 1:,} calls after {time.monotonic() - begun:.0f} s", file=sys.stderr)
        journal.close()
    finally:
        writer.now_ms = before
    done.touch()
    return home


class Clock:
    """A year that ends now, spread evenly over the calls."""

    def __init__(self, calls: int) -> None:
        self.number = 0
        self._calls = calls
        self._end = store.now_ms()

    def now(self) -> int:
        """Milliseconds since 1970."""
        return self._end - YEAR_MS + self.number * YEAR_MS // self._calls


def one(journal: Journal, source: random.Random, number: int) -> None:
    """One call, from its coming to its end."""
    server = source.choices(tuple(TOOLS), (60, 20, 15, 5))[0]
    tool = source.choice(TOOLS[server])
    folder = f"/home/ada/{source.choice(('Projects', 'Documents', 'Notes', 'Work'))}/f{source.randrange(12):02}"
    path = f"{folder}/{source.choice(WORDS)}-{source.randrange(5000)}.md"
    words = source.choices(WORDS, k=14)
    if source.randrange(50) == 0:
        words.append(USUAL)
    if source.randrange(20_000) == 0:
        words.append(SELDOM)
    if number in (17, 333, 901):
        words.append(RARE)
    arguments = {"path": path, "query": " ".join(words)}
    call = journal.opened(
        client=source.choices(CLIENTS, (60, 20, 10, 6, 4))[0],
        session=f"s{number // 400}",
        server=server,
        tool=tool,
        arguments=json.dumps(arguments).encode(),
    )
    denied = source.randrange(33) == 0
    journal.decided(
        call,
        decision="denied" if denied else "allowed",
        by="policy",
        reason="no folder of Doorkeep's reaches there" if denied else "the folder may be read",
        folder=None if denied else folder,
        paths=[path],
    )
    journal.closed(
        call,
        outcome="denied" if denied else "error" if source.randrange(40) == 0 else "ok",
        duration_ms=source.random() * 40,
        result_preview="" if denied else " ".join(source.choices(WORDS, k=40)),
        result_bytes=source.randrange(20_000),
        change_id=f"c{number}" if tool in ("write_file", "edit_file") and not denied else None,
        paths=None,
    )
