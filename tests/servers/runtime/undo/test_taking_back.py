"""Every kind of change is taken back, and its undo again; never over something that came later."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from servers.runtime.errors import ToolError
from servers.runtime.safe import moving
from servers.runtime.safe.access import Folders
from servers.runtime.safe.etag import MAX_HASHED
from servers.runtime.safe.words import ConflictError, NotFoundError
from servers.runtime.undo import taking_back
from servers.runtime.wire import Folder
from tests.servers.runtime.undo.conftest import Make, World

CHANGES: dict[str, Make] = {
    "create": lambda world: world.write("new.txt", b"new"),
    "overwrite": lambda world: world.write("a.txt", b"second"),
    "overwrite with nothing": lambda world: world.write("a.txt", b""),
    "overwrite a large file": lambda world: world.write("large", b"small"),
    "make folders": lambda world: world.mkdir("one", "one/two", "one/two/three"),
    "move a file": lambda world: world.move("a.txt", "sub/moved.txt"),
    "move a folder": lambda world: world.move("sub", "other"),
    "trash a file": lambda world: world.trash("a.txt"),
    "trash a folder": lambda world: world.trash("sub"),
    "odd name": lambda world: world.write("line\nbreak \udcff", b"new"),
}


@pytest.fixture
def filled(world: World) -> World:
    (world.root / "a.txt").write_text("first")
    (world.root / "sub/deep").mkdir(parents=True)
    (world.root / "sub/deep/b.txt").write_text("below")
    (world.root / "large").write_bytes(b"x" * (MAX_HASHED + 10))
    return world


@pytest.mark.usefixtures("trash_place")
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_taken_back_and_had_again_and_taken_back(filled: World, name: str) -> None:
    before = filled.tree()
    change = CHANGES[name](filled)
    after = filled.tree()
    assert after != before
    for expected in (before, after, before, after):
        done = filled.undo(change)
        assert filled.tree() == expected
        assert done.lines
        change = done.change_id


@pytest.mark.parametrize("name", CHANGES)
def test_a_plan_does_nothing_and_names_the_paths(filled: World, name: str) -> None:
    change = CHANGES[name](filled)
    before, records = filled.tree(), len(filled.store.list(100))
    plan = filled.plan(change)
    assert (filled.tree(), len(filled.store.list(100)), plan.conflicts) == (before, records, [])
    assert all(path.startswith(str(filled.root)) for path in plan.paths)
    assert plan.paths
    assert plan.preview


def test_mode_comes_back_with_the_content(filled: World) -> None:
    (filled.root / "a.txt").chmod(0o751)
    change = filled.write("a.txt", b"second")
    (filled.root / "a.txt").chmod(0o600)
    filled.undo(change)
    assert stat.S_IMODE((filled.root / "a.txt").stat().st_mode) == 0o751


def test_several_changes_of_one_file_go_back_one_by_one(filled: World) -> None:
    changes = [filled.write("a.txt", text) for text in (b"second", b"third", b"fourth")]
    with pytest.raises(ConflictError, match="was changed since"):
        filled.undo(changes[0])
    for change, text in zip(reversed(changes), ("third", "second", "first"), strict=True):
        filled.undo(change)
        assert (filled.root / "a.txt").read_text() == text


def test_nothing_is_taken_back_twice(filled: World) -> None:
    change = filled.write("a.txt", b"second")
    done = filled.undo(change)
    with pytest.raises(ToolError, match=f"taken back already, by the change {done.change_id}"):
        filled.undo(change)


def edit(world: World, name: str) -> None:
    (world.root / name).write_text("by hand")


@pytest.mark.parametrize(
    ("change", "later", "words"),
    [
        ("create", lambda w: edit(w, "new.txt"), "was changed since"),
        ("overwrite", lambda w: edit(w, "a.txt"), "was changed since"),
        ("overwrite", lambda w: (w.root / "a.txt").unlink(), "no longer exists"),
        ("overwrite a large file", lambda w: edit(w, "large"), "was changed since"),
        ("make folders", lambda w: edit(w, "one/two/x"), "is not empty"),
        ("move a file", lambda w: edit(w, "a.txt"), "something else lies at"),
        ("move a file", lambda w: (w.root / "sub/moved.txt").unlink(), "no longer exists"),
        ("move a folder", lambda w: (w.root / "sub").mkdir(), "something else lies at"),
        ("trash a file", lambda w: edit(w, "a.txt"), "something else lies at"),
        ("trash a folder", lambda w: (w.root / "sub").mkdir(), "something else lies at"),
    ],
)
@pytest.mark.usefixtures("trash_place")
def test_what_came_later_is_never_overwritten(filled: World, change: str, later: Make, words: str) -> None:
    made = CHANGES[change](filled)
    later(filled)
    before = filled.tree()
    with pytest.raises(ConflictError, match=words):
        filled.undo(made)
    assert filled.tree() == before
    assert filled.plan(made).conflicts


def test_a_forced_undo_keeps_what_it_overwrites(filled: World) -> None:
    change = filled.write("a.txt", b"second")
    edit(filled, "a.txt")
    done = filled.undo(change, force=True)
    assert (filled.root / "a.txt").read_text() == "first"
    filled.undo(done.change_id)
    assert (filled.root / "a.txt").read_text() == "by hand"


def test_a_forced_undo_brings_back_a_file_that_was_removed(filled: World) -> None:
    change = filled.write("a.txt", b"second")
    (filled.root / "a.txt").unlink()
    filled.undo(change, force=True)
    assert (filled.root / "a.txt").read_text() == "first"


def test_force_does_not_overwrite_what_took_a_name(filled: World) -> None:
    change = filled.trash("a.txt")
    edit(filled, "a.txt")
    with pytest.raises(ConflictError):
        filled.undo(change, force=True)


def test_a_plan_that_the_world_left_behind_is_not_applied(filled: World) -> None:
    change = filled.write("a.txt", b"second")
    guard = filled.plan(change).guard
    edit(filled, "a.txt")
    with pytest.raises(ConflictError, match="Something changed since this undo was looked at"):
        filled.undo(change, guard=guard, force=True)
    assert (filled.root / "a.txt").read_text() == "by hand"


def test_the_guard_of_an_unchanged_world_holds(filled: World) -> None:
    change = filled.write("a.txt", b"second")
    filled.undo(change, guard=filled.plan(change).guard)
    assert (filled.root / "a.txt").read_text() == "first"


def test_an_undo_obeys_the_grants_of_now(filled: World) -> None:
    change = filled.write("a.txt", b"second")
    for access in ("read", "off"):
        narrowed = Folders(2, (Folder(str(filled.root), access),), asked=True)
        with pytest.raises(ToolError, match="cannot be taken back, and nothing was done"):
            taking_back.apply_undo(filled.store, narrowed, change)
    assert (filled.root / "a.txt").read_text() == "second"


def test_an_undo_is_not_led_outside_by_a_link(filled: World) -> None:
    change = filled.write("sub/deep/b.txt", b"second")
    outside = filled.place / "outside"
    (filled.root / "sub/deep").rename(outside)
    (filled.root / "sub/deep").symlink_to(outside)
    with pytest.raises(ConflictError, match="no folder that the user granted"):
        filled.undo(change, force=True)
    assert (outside / "b.txt").read_text() == "second"


@pytest.mark.parametrize("change_id", ["", "nope", "../../etc/passwd", "0" * 11 + "-" + "0" * 6])
def test_an_unknown_change_is_said_to_be_unknown(world: World, change_id: str) -> None:
    with pytest.raises(NotFoundError, match="There is no change"):
        world.undo(change_id)


def test_a_change_whose_file_was_too_large_says_so(filled: World) -> None:
    with taking_back.open_parent(filled.folders, filled.path("a.txt")) as parent, filled.store.begin("write") as change:
        change.before(parent, undoable=False)
        change.commit()
        (filled.root / "a.txt").unlink()
        (filled.root / "a.txt").write_text("second")
    assert not filled.store.get(change.id).undoable
    with pytest.raises(ConflictError, match="no before-image was kept"):
        filled.undo(change.id, force=True)


def test_an_old_file_that_a_program_went_on_writing_to_is_noticed(filled: World) -> None:
    with (filled.root / "a.txt").open("a") as writer:
        change = filled.write("a.txt", b"second")
        writer.write("and more")
    image = filled.store.get(change).steps[0].image
    if os.stat(image, dir_fd=filled.store.images).st_size == len("first"):
        pytest.skip("the store keeps copies here, which no program has open")
    with pytest.raises(ConflictError, match="wrote into the old file"):
        filled.undo(change)


def test_a_change_that_never_came_to_be_is_nothing_to_undo(filled: World) -> None:
    with taking_back.open_parent(filled.folders, filled.path("a.txt")) as parent, filled.store.begin("write") as change:
        change.before(parent, after="x")
        change.commit()
    before = filled.tree()
    with pytest.raises(ConflictError, match="nothing to take back"):
        filled.undo(change.id)
    assert filled.tree() == before


def test_an_undo_cut_short_can_be_made_again(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change = filled.mkdir("one", "one/two")
    real = os.rmdir
    left = [1]

    def once(path: str, *, dir_fd: int) -> None:
        if not left:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        left.pop()
        real(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "rmdir", once)
    with pytest.raises(ToolError, match="input/output"):
        filled.undo(change)
    monkeypatch.undo()
    assert "one" in filled.tree()
    assert "one/two" not in filled.tree()
    filled.undo(change)
    assert "one" not in filled.tree()


def test_removing_spares_a_file_that_took_the_name(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change = filled.write("new.txt", b"new")
    real = moving.rename_new

    def swapped(source: int, old: str, target: int, new: str) -> None:
        if old == "new.txt":
            (filled.root / "other").write_text("theirs")
            (filled.root / "other").replace(filled.root / "new.txt")
        real(source, old, target, new)

    monkeypatch.setattr(moving, "rename_new", swapped)
    with pytest.raises(ConflictError, match="left as it is"):
        filled.undo(change)
    assert (filled.root / "new.txt").read_text() == "theirs"


def test_trash_that_was_emptied_is_said_to_be(filled: World, guard: Path) -> None:
    change = filled.trash("a.txt")
    (guard / ".local/share/Trash/files/a.txt").unlink(missing_ok=True)
    image = filled.store.get(change).steps[0].image
    if image:
        os.unlink(image, dir_fd=filled.store.images)
    with pytest.raises(ConflictError, match="emptied"):
        filled.undo(change)
