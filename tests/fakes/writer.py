"""Overwrites argv[1]/a through the undo store argv[2], one change for each line it is given, until it is killed."""

from __future__ import annotations

import sys

from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.opening import open_parent
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Folder

root, place = sys.argv[1:]
folders = Folders(1, (Folder(root, "write"),))
store = UndoStore(place)
for number, _ in enumerate(sys.stdin):
    content = b"%d" % ((number + 1) % 10) * 20_000
    with open_parent(folders, f"{root}/a") as parent, store.begin("write_file") as change:
        change.before(parent, after=of_content(content))
        change.commit()
        replace_file(parent, content, durable=False)
    print(change.id, flush=True)
