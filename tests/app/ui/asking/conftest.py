"""Questions for the tests of asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.ui.asking.answering import Answering
from app.ui.kit.watch import Watch

STATUS: dict[str, Any] = {"paused": False, "sessions": [], "journal_error": None, "settings_error": None}
DIFF = "--- ~/Documents/notes.md\n+++ ~/Documents/notes.md\n@@ -1,2 +1,3 @@\n # Notes\n-buy milk\n+buy oat milk\n+call Ann\n"


def given(id_: str = "a1", **changed: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "call": 5,
        "client": "claude-ai 1.0",
        "session": "s",
        "server": "filesystem",
        "tool": "write_file",
        "arguments": {"path": "~/Documents/notes.md", "content": "…"},
        "paths": ["/home/ann/Documents/notes.md"],
        "folder": "/home/ann/Documents",
        "preview": DIFF,
        "undoable": True,
        "asking": ["/home/ann/Documents"],
        "waiting": True,
        "expires_in_s": 600,
        **changed,
    }


@pytest.fixture
def ask(link) -> Callable[..., None]:
    """Makes the gateway hold these questions, and lets the watch look."""

    def put(*questions: dict[str, Any]) -> None:
        link.answers["approvals"] = {"approvals": list(questions)}
        for watch in link.watches:
            watch.look()

    return put


@pytest.fixture
def watch(link) -> Watch:
    link.answers = {"status": dict(STATUS), "approvals": {"approvals": []}}
    made = Watch(link, clock=lambda: 0.0)
    link.watches = [made]
    return made


@pytest.fixture
def answering(services, watch: Watch) -> Answering:
    return Answering(services, watch, watch)


@pytest.fixture
def question() -> Callable[..., dict[str, Any]]:
    """One question as the gateway tells it."""
    return given
