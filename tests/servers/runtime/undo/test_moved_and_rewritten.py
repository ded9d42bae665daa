"""A file that gets other content and then another place, in one change: it goes back, comes again, and survives a kill between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from servers.runtime.safe import moving
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError
from tests.servers.runtime.undo.conftest import World


def carry_out(world: World, *, steps: int = 9) -> str:
    """Rewrite `other`, rewrite `a`, move `a` to `sub/b`; the first `steps` of these. The change's id."""
    (world.root / "sub").mkdir(exist_ok=True)
    with (
        open_parent(world.folders, world.path("a")) as source,
        open_parent(world.folders, world.path("other")) as other,
        open_parent(world.folders, world.path("sub/b")) as target,
    ):
        change = world.store.begin("move_note")
        change.before(other, after=of_content(b"other, new"))
        change.before(source, after=of_content(b"a, new"))
        change.moved(source, target, after=of_content(b"a, new"))
        change.commit()
        acts: list[Callable[[], object]] = [
            lambda: replace_file(other, b"other, new"),
            lambda: replace_file(source, b"a, new"),
            lambda: moving.rename_new(source.fd, source.name, target.fd, target.name),
        ]
        for act in acts[:steps]:
            act()
        return change.id


@pytest.fixture
def moved(world: World) -> World:
    """A world with the files that `carry_out` changes."""
    (world.root / "a").write_bytes(b"a, old")
    (world.root / "other").write_bytes(b"other, old")
    return world


OLD = {"a": "a, old", "other": "other, old", "sub": "/"}
NEW = {"other": "other, new", "sub": "/", "sub/b": "a, new"}


def test_it_goes_back_and_comes_again_as_often_as_wanted(moved: World) -> None:
    change_id = carry_out(moved)
    assert moved.tree() == NEW
    for expected in (OLD, NEW, OLD, NEW):
        change_id = moved.undo(change_id).change_id
        assert moved.tree() == expected


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_what_was_cut_short_goes_back_whole(moved: World, steps: int) -> None:
    change_id = carry_out(moved, steps=steps)
    moved.undo(change_id)
    assert moved.tree() == OLD


def test_nothing_goes_back_where_the_moved_file_was_changed_since(moved: World) -> None:
    change_id = carry_out(moved)
    (moved.root / "sub/b").write_bytes(b"newer")
    with pytest.raises(ConflictError):
        moved.undo(change_id)
    assert moved.tree() == {**NEW, "sub/b": "newer"}


def test_an_etag_that_only_the_written_file_tells_is_recorded_for_both_steps(moved: World) -> None:
    change_id = carry_out(moved)
    record = moved.store.get(change_id)
    assert [step.after for step in record.steps[1:]] == [of_content(b"a, new")] * 2
    with open_parent(moved.folders, moved.path("other")) as other, moved.store.begin("move_note") as change:
        change.before(other)
        with open_parent(moved.folders, moved.path("c")) as target:
            change.moved(other, target)
        change.commit()
        change.after(other, "s-known later")
    assert [step.after for step in moved.store.get(change.id).steps] == ["s-known later"] * 2
