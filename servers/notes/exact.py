"""The note that an exact path names, found without asking the index: an edit of one note should cost one note.

Only a shortcut: what is no exact path of one existing file goes the long way (vaults.find_note), with the same outcome.
"""

from __future__ import annotations

import os
import stat as kinds
from typing import TYPE_CHECKING

from servers.notes import vaults
from servers.notes.names import NOTE, is_note
from servers.notes.vaults import NotePath
from servers.runtime.errors import ToolError
from servers.runtime.safe.names import meant
from servers.runtime.safe.opening import open_parent

if TYPE_CHECKING:
    from servers.runtime.call import Call

_OTHER_WAYS = ("[[", "![[", vaults.SCHEME)


def find(call: Call, text: str, vault: str = "") -> NotePath:
    """The file that `text` means, as `vaults.find_note` has it. Raises as that does."""
    return _by_path(call, meant(text.strip()), vault) or vaults.find_note(call, text, vault)


def _by_path(call: Call, wanted: str, vault: str) -> NotePath | None:
    if not wanted or wanted.startswith(_OTHER_WAYS) or "#" in wanted or "\0" in wanted:
        return None
    wanted = os.path.expanduser(wanted) if wanted.startswith("~/") else wanted
    path = wanted if is_note(wanted) else wanted + NOTE
    if any(part in ("", ".", "..") for part in path.removeprefix("/").split("/")):
        return None
    found: list[NotePath] = []
    for one in vaults.choose(call, vault):
        inside = one.inside(path) if os.path.isabs(path) else path
        if (
            inside
            and not any(part.startswith(".") for part in inside.split("/"))
            and _lies_there(call, one.absolute(inside))
        ):
            found.append(NotePath(one, inside))
    return found[0] if len(found) == 1 else None


def _lies_there(call: Call, path: str) -> bool:
    try:
        with open_parent(call.folders, path, "read", "read") as parent:
            there = parent.look()
            return parent.path == path and there is not None and kinds.S_ISREG(there.st_mode)
    except (ToolError, OSError):
        return False
