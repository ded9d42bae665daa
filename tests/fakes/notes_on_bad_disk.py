"""Serves the vault argv[1] with the store argv[2], searches, reads and edits it, and prints the answers as one JSON line.

Run by the needs_root tests in a mount namespace of its own, where one of the two is a small tmpfs or a read-only mount.
"""

from __future__ import annotations

import json
import sys

from tests.fakes.stdio_peer import Peer

CALLS = {
    "search": ("search_notes", {"query": "needle"}),
    "read": ("read_note", {"note": "in/a.md"}),
    "links": ("note_links", {"note": "b"}),
    "edit": ("edit_note", {"note": "in/a.md", "ops": [{"op": "append", "new": "more"}]}),
    "create": ("create_note", {"path": "new.md", "content": "new"}),
}


def main(vault: str, store: str) -> None:
    peer = Peer(f"--folder={vault}=write", f"--undo={store}", module="servers.notes")
    print(json.dumps({name: peer.text(tool, arguments) for name, (tool, arguments) in CALLS.items()}))
    peer.end()


main(sys.argv[1], sys.argv[2])
