"""A change is on record before it is made; one that was not made leaves no record."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.runtime.errors import ToolError
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError, NotFoundError, RefusedError
from servers.runtime.undo.store import UndoStore
from tests.servers.runtime.undo.conftest import World


def left(world: World) -> tuple[int, int]:
    """Records and images in the store."""
    return len(os.listdir(world.place / "undo/changes")), len(os.listdir(world.place / "undo/images"))


def test_the_record_and_the_image_stand_before_the_change(world: World) -> None:
    (world.root / "a").write_text("old")
    with open_parent(world.folders, world.path("a")) as parent, world.store.begin("write_file", "me") as change:
        change.before(parent)
        assert left(world) == (0, 1)
        change.commit()
        record = world.store.get(change.id)
        assert (record.tool, record.client, record.done, record.steps[0].kind) == ("write_file", "me", False, "write")
        image = Path(world.store.images_path, record.steps[0].image)
        assert image.read_text() == "old"
        replace_file(parent, b"new")
        assert image.read_text() == "old"
    assert world.store.get(change.id).done


def test_a_change_given_up_before_commit_leaves_nothing(world: World) -> None:
    (world.root / "a").write_text("old")

    def give_up() -> None:
        with open_parent(world.folders, world.path("a")) as parent, world.store.begin("write_file") as change:
            change.before(parent)
            raise ConflictError("not now")

    with pytest.raises(ConflictError, match="not now"):
        give_up()
    assert left(world) == (0, 0)
    assert os.stat(world.path("a")).st_nlink == 1


def test_a_change_without_commit_leaves_nothing(world: World) -> None:
    (world.root / "a").write_text("old")
    with open_parent(world.folders, world.path("a")) as parent, world.store.begin("dry run") as change:
        change.before(parent)
    assert left(world) == (0, 0)


@pytest.mark.parametrize("kind", ["before", "created", "made_folder", "removed", "removed_folder", "moved", "trashed"])
def test_a_change_that_failed_before_it_did_anything_leaves_nothing(world: World, guard: Path, kind: str) -> None:
    (world.root / "a").write_text("old")
    (world.root / "folder").mkdir()
    name = {"created": "new", "made_folder": "new", "removed_folder": "folder"}.get(kind, "a")

    def fail() -> None:
        with (
            open_parent(world.folders, world.path(name)) as parent,
            open_parent(world.folders, world.path("target")) as target,
            world.store.begin("tool") as change,
        ):
            change.moved(parent, target) if kind == "moved" else getattr(change, kind)(parent)
            change.commit()
            raise ToolError("refused")

    with pytest.raises(ToolError, match="refused"):
        fail()
    assert left(world) == (0, 0)
    trash = guard / ".local/share/Trash"
    assert not trash.exists() or not any(path.is_file() for path in trash.rglob("*"))


def test_a_change_that_failed_half_way_keeps_its_record(world: World) -> None:
    def fail() -> None:
        with world.store.begin("create_directory") as change:
            for name in ("one", "two"):
                with open_parent(world.folders, world.path(name)) as parent:
                    change.made_folder(parent)
            change.commit()
            (world.root / "one").mkdir()
            raise ToolError("the second failed")

    with pytest.raises(ToolError, match="the second failed"):
        fail()
    world.undo(world.store.list(1)[0].id)
    assert world.tree() == {}


def test_the_etag_that_came_of_it_is_added_later(world: World) -> None:
    with open_parent(world.folders, world.path("a")) as parent, world.store.begin("write_file") as change:
        change.created(parent)
        change.commit()
        replace_file(parent, b"new")
        change.after(parent, "the-etag")
    assert world.store.get(change.id).steps[0].after == "the-etag"


def test_no_step_is_added_after_commit(world: World) -> None:
    with open_parent(world.folders, world.path("a")) as parent, world.store.begin("write_file") as change:
        change.created(parent)
        change.commit()
        with pytest.raises(RuntimeError, match="after commit"):
            change.made_folder(parent)


@pytest.mark.parametrize("kind", ["before", "removed", "trashed", "removed_folder"])
def test_what_is_not_there_cannot_be_changed(world: World, kind: str) -> None:
    with (
        open_parent(world.folders, world.path("nope")) as parent,
        world.store.begin("tool") as change,
        pytest.raises(NotFoundError, match="no such file"),
    ):
        getattr(change, kind)(parent)


def test_a_file_larger_than_the_quota_is_refused_with_numbers(world: World, tmp_path: Path) -> None:
    store = UndoStore(str(tmp_path / "small"), quota_bytes=1000)
    (world.root / "a").write_bytes(b"x" * 1500)
    try:
        with (
            open_parent(world.folders, world.path("a")) as parent,
            store.begin("tool") as change,
            pytest.raises(RefusedError, match=r"1,500 bytes, and the undo store may hold 1,000\. Nothing was changed"),
        ):
            change.before(parent)
        assert (store.keeps(1000), store.keeps(1001)) == (True, False)
    finally:
        store.close()
