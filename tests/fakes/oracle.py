"""What must hold of a door whatever happens at it."""

from __future__ import annotations

from servers.runtime import wire
from tests.fakes.door import Door


def never_allowed_without_a_yes(door: Door) -> None:
    """Where everything asks: each call that reached the server stands behind an `allow` of its own in its row.

    A call that the server sent back undone, since the server's policy was older, goes out again under the yes it has: there
    are at most as many of those as such answers.
    """
    allowed = again = 0
    for row in door.journal.rows():
        said_yes = used = False
        for event in door.journal.events:
            if event.call != row.id:
                continue
            if event.kind in ("asked", "answered"):
                said_yes, used = event.kind == "answered" and b'"answer":"allow"' in event.body, False
            elif event.kind == "decided" and b'"allowed"' in event.body:
                assert said_yes, f"row {row.id} was allowed without a yes"
                again += used
                used = True
                allowed += 1
    sent = sum(len(child.requests("tools/call")) for child in door.servers.everything)
    assert sent <= allowed
    assert again <= sum(child.errors.count(wire.STALE_POLICY) for child in door.servers.everything)
