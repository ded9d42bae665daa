"""Showing a change to a client's file as a unified diff, with other servers' secrets left out."""

from __future__ import annotations

import difflib
import re

from app.clients import documents
from app.clients.adopting.foreign import open_secrets
from app.clients.changes import Change
from app.clients.configfile import Snapshot, text_of
from app.clients.jsonc import JsoncError
from app.clients.splice import SpliceError
from app.core.errors import ClientConfigError

CONTEXT = 3
HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")


def unified(change: Change) -> str:
    """The diff, its lines ended by line feeds; empty where nothing changes.

    Values below `env` and `headers` of every server, and what looks like a secret elsewhere in it, are shown as an ellipsis:
    a diff is pasted into bug reports.
    """
    before = _shown(change, change.snapshot.content if change.snapshot.exists else None)
    after = _shown(change, change.after)
    same = _same_start(before, after)
    alike = _same_start(before[same:][::-1], after[same:][::-1])
    first = max(0, same - CONTEXT)
    path = change.target.path
    lines = difflib.unified_diff(
        before[first : max(len(before) - alike + CONTEXT, same)],
        after[first : max(len(after) - alike + CONTEXT, same)],
        path if change.snapshot.exists else "/dev/null",
        path if change.after is not None else "/dev/null",
        n=CONTEXT,
        lineterm="",
    )
    return "".join(_moved(line, first) + "\n" for line in lines)


def _same_start(one: list[str], other: list[str]) -> int:
    """How many lines both begin with. Comparing what differs only keeps a diff of a huge file quick."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _moved(line: str, by: int) -> str:
    """A hunk's header with `by` lines before it counted."""
    found = HUNK.fullmatch(line)
    if found is None:
        return line
    old, old_count, new, new_count = found.groups("")
    return f"@@ -{int(old) + by}{old_count} +{int(new) + by}{new_count} @@"


def _shown(change: Change, content: bytes | None) -> list[str]:
    if content is None:
        return []
    try:
        mark, text = text_of(Snapshot(change.target.path, change.target.path, True, content))
        return (mark + mask(text, change)).splitlines()
    except (JsoncError, SpliceError, ClientConfigError):
        return ["(a text that cannot be read is not shown: it may hold secrets anywhere)"]


def mask(text: str, change: Change) -> str:
    """`text` with the secret values of every server hidden."""
    client = change.target.client
    return documents.mask(text, client.section, client.dialect, open_secrets(client, text))
