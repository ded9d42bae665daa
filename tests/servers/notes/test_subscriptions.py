"""Whoever wants to hear of a note hears of every change of it, whoever made it, in both eras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.stdio_peer import Peer
from tests.servers.notes.conftest import Notes, write

UPDATED = "notifications/resources/updated"
LISTED = "notifications/resources/list_changed"


def told(peer: Peer, method: str) -> dict[str, Any]:
    """The parameters of the next notification of this kind; others are passed over."""
    while True:
        message = peer.heard.pop(0) if peer.heard else peer.message()
        if message.get("method") == method:
            return message["params"]


def listen(peer: Peer, *uris: str, lists: bool = False) -> None:
    peer.ask(
        "subscriptions/listen",
        {"notifications": {"resourceSubscriptions": list(uris), "resourcesListChanged": lists}},
        id_="s",
    )
    told(peer, "notifications/subscriptions/acknowledged")


@pytest.mark.parametrize("how", ["in place", "replaced", "deleted"])
def test_a_change_by_another_program_is_told(notes: Notes, vault: Path, how: str) -> None:
    write(vault, {"in/a b.md": "one"})
    uri = "note://Vault/in/a%20b.md"
    listen(notes.peer, uri)
    if how == "in place":
        write(vault, {"in/a b.md": "two"})
    elif how == "deleted":
        (vault / "in" / "a b.md").unlink()
    else:
        write(vault, {"in/new": "two"})
        (vault / "in" / "new").replace(vault / "in" / "a b.md")
    assert told(notes.peer, UPDATED)["uri"] == uri


def test_the_older_way_hears_it_too(notes: Notes, vault: Path) -> None:
    write(vault, {"a.md": "one"})
    notes.peer.initialize("2025-11-25")
    notes.peer.request("resources/subscribe", {"uri": "note://Vault/a.md"})
    write(vault, {"a.md": "two"})
    assert told(notes.peer, UPDATED) == {"uri": "note://Vault/a.md"}


def test_a_note_that_came_changes_the_list(notes: Notes, vault: Path) -> None:
    listen(notes.peer, lists=True)
    notes.text("list_notes")
    write(vault, {"new.md": "x"})
    told(notes.peer, LISTED)


def test_a_note_that_is_not_there_yet_may_be_waited_for(notes: Notes, vault: Path) -> None:
    listen(notes.peer, "note://Vault/in/later.md")
    write(vault, {"in/later.md": "x"})
    assert told(notes.peer, UPDATED)["uri"] == "note://Vault/in/later.md"


@pytest.mark.parametrize("uri", ["note://Other/a.md", "note://Vault/../a.md", "file:///etc/passwd"])
def test_what_is_no_note_here_cannot_be_listened_for(notes: Notes, uri: str) -> None:
    params = {"notifications": {"resourceSubscriptions": [uri]}}
    assert "error" in notes.peer.request("subscriptions/listen", params)
