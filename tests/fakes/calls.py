"""Calls as a gateway would record them, in one line."""

from __future__ import annotations

import json
from typing import Any

from app.core.journal.writer import Journal


def open_call(journal: Journal, tool: str = "read_file", **given: Any) -> int:
    """A call that came and was decided on; `decision=None` leaves it undecided."""
    arguments = given.get("arguments", {"path": "/d/a.md"})
    call = journal.opened(
        client=given.get("client", "Claude Desktop 1.2.3"),
        session=given.get("session", "s1"),
        server=given.get("server", "filesystem"),
        tool=tool,
        arguments=arguments if isinstance(arguments, bytes) else json.dumps(arguments).encode(),
    )
    decision = given.get("decision", "allowed")
    if decision:
        journal.decided(
            call,
            decision=decision,
            by=given.get("by", "policy"),
            reason=given.get("reason", "the folder may be read"),
            folder=given.get("folder", "/d"),
            paths=given.get("paths", ["/d/a.md"]),
        )
    return call


def close_call(journal: Journal, call: int, outcome: Any = "ok", **given: Any) -> None:
    """Its end."""
    journal.closed(
        call,
        outcome=outcome,
        duration_ms=given.get("duration_ms", 1.5),
        result_preview=given.get("result_preview", "done"),
        result_bytes=given.get("result_bytes", 4),
        change_id=given.get("change_id"),
        paths=given.get("touched"),
    )


def whole_call(journal: Journal, tool: str = "read_file", **given: Any) -> int:
    """A call from its coming to its end, committed."""
    call = open_call(journal, tool, **given)
    outcome = given.pop("outcome", "denied" if given.get("decision") == "denied" else "ok")
    close_call(journal, call, outcome, **given)
    journal.commit()
    return call
