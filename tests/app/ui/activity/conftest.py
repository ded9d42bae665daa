"""A log with real rows in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.core.journal.record import CallRecord
from app.core.journal.writer import Journal

KINDS = [
    ("read_file", "allowed", "policy", "ok", None),
    ("search_files", "allowed", "policy", "ok", None),
    ("edit_file", "allowed", "user", "ok", "change-1"),
    ("read_file", "denied", "policy", "denied", None),
    ("write_file", "allowed", "policy", "error", None),
]


@pytest.fixture
def written(home: str) -> Callable[[int], list[int]]:
    """Writes that many calls into the log of `home`."""

    def write(count: int, client: str = "claude-ai 0.1.0") -> list[int]:
        journal = Journal.open(home)
        ids: list[int] = []
        try:
            for number in range(count):
                tool, decision, by, outcome, change = KINDS[number % len(KINDS)]
                path = f"/home/ann/Documents/Projects/report {number}.md"
                arguments = json.dumps({"path": path, "edits": [{"old": "a", "new": "b"}]}).encode()
                call = journal.opened(client=client, session="s1", server="filesystem", tool=tool, arguments=arguments)
                reason = "~/Documents may be read" if decision == "allowed" else "/home/ann/Documents is off"
                journal.decided(
                    call, decision=decision, by=by, reason=reason, folder="/home/ann/Documents", paths=[path]
                )
                preview = f"path={path} lines=1-2\nhello {number}"
                journal.closed(
                    call,
                    outcome=outcome,
                    duration_ms=3.2,
                    result_preview=preview,
                    result_bytes=80,
                    change_id=change,
                    paths=None,
                )
                ids.append(call)
                if number % 500 == 499:
                    journal.commit()
                    journal.derive(100_000)
            journal.commit()
            while journal.derive(5000):
                pass
        finally:
            journal.close()
        return ids

    return write


def call(id_: int, **fields: Any) -> CallRecord:
    """A live record."""
    told = {
        "client": "claude-ai 0.1.0",
        "server": "filesystem",
        "tool": "read_file",
        "paths": ["/a/b.md"],
        "decision": "allowed",
    }
    return CallRecord(
        **{"id": id_, "at": "2026-11-21T10:00:00.000Z", "session": "s1", "by": "policy", **told, **fields}
    )


@pytest.fixture
def live() -> Callable[..., CallRecord]:
    """Makes live records."""
    return call
