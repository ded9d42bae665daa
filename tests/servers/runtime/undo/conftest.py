"""A granted folder, an undo store, and the changes that tools make, in one line each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.runtime.safe import moving
from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.opening import open_parent
from servers.runtime.undo.going_back import GoingBack
from servers.runtime.undo.store import UndoStore
from servers.runtime.undo.taking_back import Undone, apply_undo, plan_undo
from servers.runtime.wire import Folder


class World:
    """Makes changes as a tool would and gives their ids. `root` is granted for writing; names are relative to it."""

    def __init__(self, place: Path) -> None:
        self.root = place / "granted"
        self.root.mkdir()
        self.place = place
        self.folders = Folders(1, (Folder(str(self.root), "write"),), asked=True)
        self.store = UndoStore(str(place / "undo"))

    def path(self, name: str) -> str:
        return str(self.root / name)

    def write(self, name: str, content: bytes, *, known: bool = True) -> str:
        with open_parent(self.folders, self.path(name)) as parent, self.store.begin("write_file", "client") as change:
            keep = change.before if parent.look() else change.created
            keep(parent, after=of_content(content) if known else "")
            change.commit()
            replace_file(parent, content)
            return change.id

    def mkdir(self, *names: str) -> str:
        with self.store.begin("create_directory") as change:
            for name in names:
                (self.root / name).parent.mkdir(exist_ok=True)
                with open_parent(self.folders, self.path(name)) as parent:
                    change.made_folder(parent)
            change.commit()
            for name in names:
                (self.root / name).mkdir(exist_ok=True)
            return change.id

    def move(self, source: str, target: str) -> str:
        with (
            open_parent(self.folders, self.path(source)) as old,
            open_parent(self.folders, self.path(target)) as new,
            self.store.begin("move_file") as change,
        ):
            change.moved(old, new)
            change.commit()
            moving.rename_new(old.fd, old.name, new.fd, new.name)
            return change.id

    def trash(self, name: str) -> str:
        with open_parent(self.folders, self.path(name)) as parent, self.store.begin("trash") as change:
            trashing = change.trashed(parent)
            change.commit()
            trashing.take()
            return change.id

    def plan(self, change_id: str) -> GoingBack:
        return plan_undo(self.store, self.folders, change_id)

    def undo(self, change_id: str, *, force: bool = False, guard: str = "") -> Undone:
        return apply_undo(self.store, self.folders, change_id, force=force, guard=guard)

    def tree(self) -> dict[str, str]:
        """Every path below the root, and its content ("/" for a folder)."""
        found: dict[str, str] = {}
        for folder, folders, files in os.walk(self.root):
            for name in folders:
                found[os.path.relpath(os.path.join(folder, name), self.root)] = "/"
            for name in files:
                path = os.path.join(folder, name)
                found[os.path.relpath(path, self.root)] = Path(path).read_text()
        return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


@pytest.fixture(params=["desktop trash", "undo store"])
def trash_place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Once with a desktop trash on the same file system, once without any."""
    if request.param == "undo store":
        monkeypatch.setattr("servers.runtime.undo.trash.reserve", lambda parent: None)
    return request.param


Make = Callable[[World], str]
