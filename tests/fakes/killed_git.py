"""The git server's changing tools in a process that kills itself at its n-th step: `killed_git.py FOLDER REPO UNDO N TOOL JSON`.

Steps are the ends and beginnings of git's runs, and the system calls by which files, index and records are put in place. The
exit status is 0 where there were fewer steps.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from servers.git import pipes
from servers.runtime.call import Call
from servers.runtime.safe import at
from servers.runtime.safe.access import Folders
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Folder

_PLACES = ("rename", "link", "remove", "new", "append", "make_folder", "remove_folder")


class _Steps:
    def __init__(self, last: int) -> None:
        self.left = last

    def one(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.one()
            found = function(*args, **kwargs)
            self.one()
            return found

        return wrapped


def main(folder: str, repo: str, undo: str, last: str, tool: str, arguments: str) -> None:
    steps = _Steps(int(last))
    call = Call(1)
    call.folders = Folders(1, (Folder(folder, "write"),))
    store = UndoStore(undo)
    call.undo_store = lambda: store
    change = getattr(importlib.import_module(f"servers.git.{tool.removeprefix('git_')}"), tool)
    import msgspec

    args = msgspec.convert({"repo": repo, **json.loads(arguments)}, change.arguments)
    planned = change.plan(call, args)
    for name in _PLACES:
        setattr(at, name, steps.around(getattr(at, name)))
    plain = pipes.Child.__iter__

    def counted(child: pipes.Child) -> Any:
        steps.one()
        yield from plain(child)
        steps.one()

    pipes.Child.__iter__ = counted  # type: ignore[method-assign]
    change.apply(call, args, planned)


if __name__ == "__main__":
    main(*sys.argv[1:])
