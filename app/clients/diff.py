"""Showing a change to a client's file as a unified diff, with other servers' secrets left out."""

from __future__ import annotations

import difflib

from app.clients.changes import Change
from app.clients.configfile import Snapshot, text_of
from app.clients.jsonc import JsoncError, Value, scan
from app.core.errors import ClientConfigError

HIDDEN = '"…"'
SECRET_MEMBERS = ("env", "headers")


def unified(change: Change) -> str:
    """The diff, its lines ended by line feeds; empty where nothing changes.

    Values below `env` and `headers` of every server are shown as an ellipsis: a diff is pasted into bug reports.
    """
    before = _shown(change, change.snapshot.content if change.snapshot.exists else None)
    after = _shown(change, change.after)
    path = change.target.path
    lines = difflib.unified_diff(
        before,
        after,
        path if change.snapshot.exists else "/dev/null",
        path if change.after is not None else "/dev/null",
        lineterm="",
    )
    return "".join(line + "\n" for line in lines)


def _shown(change: Change, content: bytes | None) -> list[str]:
    if content is None:
        return []
    try:
        mark, text = text_of(Snapshot(change.target.path, change.target.path, True, content))
        return (mark + mask(text, change)).splitlines()
    except (JsoncError, ClientConfigError):
        return ["(a text that is not JSON is not shown: it may hold secrets anywhere)"]


def mask(text: str, change: Change) -> str:
    """`text` with the secret values of every server hidden."""
    spans: list[tuple[int, int]] = []
    root = scan(text, change.target.client.dialect, depth=4)
    for section in _named(root, change.target.client.section):
        for server in section.members or ():
            for name in SECRET_MEMBERS:
                for holder in _named(server.value, name):
                    spans.extend((each.value.start, each.value.end) for each in holder.members or ())
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + HIDDEN + text[end:]
    return text


def _named(value: Value, key: str) -> list[Value]:
    return [each.value for each in value.members or () if each.key == key]
