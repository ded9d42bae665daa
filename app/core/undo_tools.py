"""By which tool of a built-in server a change is taken back. Data only."""

from __future__ import annotations

UNDO_TOOLS = {"filesystem": "undo", "git": "git_undo", "notes": "undo_note"}
"""Server to tool; each takes `change_id`."""


def undoes(server: str, tool: str) -> bool:
    """Whether a call of that tool took something back. Its own change can be taken back too, by the server's word for it."""
    return UNDO_TOOLS.get(server) == tool
