"""Confines itself by Landlock to parts of argv[1], tries everything, and prints what worked as one JSON line."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable

from servers.runtime.errors import ToolError
from servers.runtime.safe import landlock, moving
from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.opening import open_file, open_folder, open_parent, scan
from servers.runtime.undo.store import UndoStore
from servers.runtime.undo.taking_back import apply_undo
from servers.runtime.wire import Folder

place = sys.argv[1]
granted, read, outside = (f"{place}/{name}" for name in ("granted", "read", "outside"))
trash = os.path.expanduser("~/.local/share/Trash")
folders = Folders(1, (Folder(granted, "write"), Folder(read, "read")), asked=True)
CAT = shutil.which("cat") or "/bin/cat"


def overwrite(content: bytes = b"new") -> str:
    with open_parent(folders, f"{granted}/file.txt") as parent, store.begin("write_file") as change:
        change.before(parent, after=of_content(content))
        change.commit()
        replace_file(parent, content)
        return change.id


def undo() -> None:
    before = os.stat(f"{granted}/file.txt").st_size
    apply_undo(store, folders, overwrite(b"something else"))
    assert os.stat(f"{granted}/file.txt").st_size == before


def put_into_trash() -> None:
    with open_parent(folders, f"{granted}/new.txt") as parent, store.begin("trash") as change:
        trashing = change.trashed(parent)
        change.commit()
        trashing.take()
    apply_undo(store, folders, change.id)
    assert os.path.exists(f"{granted}/new.txt")


def create() -> None:
    with open_parent(folders, f"{granted}/new.txt") as parent:
        replace_file(parent, b"new", create_only=True)


def move() -> None:
    os.mkdir(f"{granted}/other")
    with open_parent(folders, f"{granted}/new.txt") as source, open_parent(folders, f"{granted}/other/x") as target:
        moving.rename_new(source.fd, source.name, target.fd, target.name)
        moving.rename_new(target.fd, target.name, source.fd, source.name)


def listing(path: str) -> None:
    with open_folder(folders, path) as opened:
        assert list(scan(opened))


def reading(path: str) -> None:
    with open_file(folders, path) as opened:
        assert os.read(opened.fd, 10)


def program(*command: str) -> None:
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise PermissionError


def connect() -> None:
    with socket.socket() as tcp:
        tcp.settimeout(5)
        tcp.connect(("127.0.0.1", 9))


ACTS: dict[str, Callable[[], object]] = {
    "read granted": lambda: reading(f"{granted}/file.txt"),
    "read read": lambda: reading(f"{read}/file.txt"),
    "list granted": lambda: listing(granted),
    "overwrite granted": overwrite,
    "undo": undo,
    "create granted": create,
    "make a folder": lambda: os.mkdir(f"{granted}/made"),
    "move between folders": move,
    "trash": put_into_trash,
    "write to /dev/null": lambda: open("/dev/null", "w").close(),
    "import a module": lambda: __import__("colorsys"),
    "run the allowed program": lambda: program(CAT, f"{granted}/file.txt"),
    "read outside": lambda: open(f"{outside}/file.txt").close(),
    "read outside by link": lambda: open(f"{granted}/link").close(),
    "write read": lambda: open(f"{read}/file.txt", "w").close(),
    "create outside": lambda: open(f"{outside}/new.txt", "w").close(),
    "list outside": lambda: os.listdir(outside),
    "remove outside": lambda: os.unlink(f"{outside}/file.txt"),
    "link outside in": lambda: os.link(f"{outside}/file.txt", f"{granted}/linked"),
    "truncate outside": lambda: os.truncate(f"{outside}/file.txt", 0),
    "run another program": lambda: program(shutil.which("ls") or "/bin/ls", granted),
    "run a program that reads outside": lambda: program(CAT, f"{outside}/file.txt"),
    "connect by TCP": connect if landlock.available() >= 4 else lambda: (_ for _ in ()).throw(PermissionError),
}


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except ToolError as error:
        return f"refused: {error.text}"
    except OSError as error:
        # Landlock forbids a link across the border by EXDEV, as a rename (kernel documentation, landlock.rst).
        return "PermissionError" if isinstance(error, PermissionError) or error.errno == 18 else repr(error)
    return "done"


os.makedirs(trash)
store = UndoStore(f"{place}/undo")
landlock.confine(
    [read],
    [granted, f"{place}/undo", trash, *landlock.device_paths()],
    run_paths=[*landlock.runtime_paths(), CAT],
)
print(json.dumps({name: outcome(act) for name, act in ACTS.items()}))
