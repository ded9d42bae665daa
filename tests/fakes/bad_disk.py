"""Writes and changes files below argv[1] on a disk that cannot take them, and prints what came of it as one JSON line.

Run by the needs_root tests in a mount namespace of its own, where the folder is a small tmpfs or a read-only mount.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.opening import open_parent
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Folder

folder, store_folder = sys.argv[1], sys.argv[2]
folders = Folders(1, (Folder(folder, "write"),))
OLD = b"old" * 100_000


def overwrite(content: bytes) -> str:
    store = UndoStore(store_folder)
    try:
        with open_parent(folders, f"{folder}/file") as parent, store.begin("write_file") as change:
            change.before(parent)
            change.commit()
            replace_file(parent, content)
    finally:
        store.close()
    return "written"


def create() -> str:
    with open_parent(folders, f"{folder}/new") as parent:
        replace_file(parent, b"n" * 8_000_000, create_only=True)
    return "written"


def trash() -> str:
    store = UndoStore(store_folder)
    try:
        with open_parent(folders, f"{folder}/file") as parent, store.begin("trash") as change:
            trashing = change.trashed(parent)
            change.commit()
            trashing.take()
    finally:
        store.close()
    return "trashed"


def outcome(act: Callable[[], str]) -> str:
    try:
        return act()
    except ToolError as error:
        return error.text


def main() -> None:
    Path(store_folder).mkdir(parents=True, exist_ok=True)
    answers = {
        "overwrite": outcome(lambda: overwrite(b"n" * 8_000_000)),
        "create": outcome(create),
        "trash": "" if len(sys.argv) < 4 else outcome(trash),
        "small": outcome(lambda: overwrite(b"small")),
    }
    content = Path(f"{folder}/file").read_bytes()
    answers["content"] = "old" if content == OLD else "small" if content == b"small" else "damaged"
    answers["left"] = ",".join(sorted(os.listdir(folder)))
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
