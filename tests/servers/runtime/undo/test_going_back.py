"""The plan of an undo, for people and for the gateway."""

from __future__ import annotations

from servers.runtime.undo.record import step_of
from tests.servers.runtime.undo.conftest import World


def test_the_preview_has_a_line_for_each_step_from_the_last_one(world: World) -> None:
    change = world.mkdir("one", "one/two")
    assert world.plan(change).preview.split("\n") == [
        f"remove the folder {world.path('one/two')}, which was new",
        f"remove the folder {world.path('one')}, which was new",
    ]


def test_conflicts_and_done_steps_are_told_apart(world: World) -> None:
    change = world.mkdir("one", "two", "three")
    (world.root / "one/x").write_text("x")
    (world.root / "two").rmdir()
    three, two, one = world.plan(change).preview.split("\n")
    assert three.startswith("remove the folder")
    assert two.startswith("nothing to do")
    assert one.startswith("cannot remove the folder")
    assert "is not empty" in one


def test_the_guard_changes_with_the_world(world: World) -> None:
    change = world.write("a.txt", b"one")
    guards = [world.plan(change).guard]
    guards.append(world.plan(change).guard)
    (world.root / "a.txt").write_text("two")
    guards.append(world.plan(change).guard)
    (world.root / "a.txt").unlink()
    guards.append(world.plan(change).guard)
    assert guards[0] == guards[1]
    assert len(set(guards)) == 3


def test_a_long_preview_is_cut_with_the_count(world: World) -> None:
    with world.store.begin("many") as change:
        for number in range(250):
            change.add(step_of("make_folder", world.path(f"f{number}")))
        change.commit()
    lines = world.plan(change.id).preview.split("\n")
    assert (len(lines), lines[-1]) == (201, "… and 50 more")


def test_a_moved_entry_names_both_of_its_paths(world: World) -> None:
    (world.root / "a").write_text("a")
    change = world.move("a", "b")
    assert world.plan(change).paths == [world.path("b"), world.path("a")]
