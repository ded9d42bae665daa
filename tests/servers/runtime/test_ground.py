from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from servers.runtime import wire
from servers.runtime.call import Call
from servers.runtime.errors import ProtocolError, ToolError
from servers.runtime.ground import Ground


class Wall:
    """Remembers what it was put around."""

    def __init__(self) -> None:
        self.around: list[tuple[int, str]] = []

    def __call__(self, policy: wire.Policy, undo: str) -> None:
        self.around.append((policy.generation, undo))


@pytest.fixture
def wall() -> Wall:
    return Wall()


def policy(generation: int, *paths: str) -> msgspec.Raw:
    return msgspec.Raw(wire.encode(wire.Policy(generation, tuple(wire.Folder(path, "write") for path in paths))))


def equipped(ground: Ground) -> Call:
    call = Call(1)
    ground.equip(call)
    return call


def test_without_the_gateway_the_first_policy_stays(wall: Wall, tmp_path: Path) -> None:
    ground = Ground(wire.Policy(0, (wire.Folder(str(tmp_path), "ask"),)), trusted=False, confine=wall)
    call = equipped(ground)
    assert [folder.path for folder in call.folders.open_folders()] == [str(tmp_path)]
    assert call.folders.asked is False
    assert call.undo is None


def test_with_the_gateway_nothing_begins_before_it_has_spoken(wall: Wall) -> None:
    ground = Ground(wire.Policy(0), trusted=True, confine=wall)
    with pytest.raises(ProtocolError) as error:
        equipped(ground)
    assert (error.value.code, wall.around) == (wire.STALE_POLICY, [])


def test_a_call_keeps_the_folders_that_it_began_with(wall: Wall) -> None:
    ground = Ground(wire.Policy(0), trusted=True, confine=wall)
    ground.accept(policy(3, "/a"))
    before = equipped(ground)
    ground.accept(policy(4))
    assert (before.folders.generation, equipped(ground).folders.generation, ground.generation) == (3, 4, 4)


def test_an_older_policy_is_dropped_and_the_process_is_confined_once(wall: Wall) -> None:
    ground = Ground(wire.Policy(0), trusted=True, undo_folder="/undo", confine=wall)
    ground.accept(policy(3))
    equipped(ground)
    ground.accept(policy(2, "/a"))
    ground.accept(policy(4))
    equipped(ground)
    assert (ground.generation, wall.around) == (4, [(3, "/undo")])


def test_the_undo_store_is_opened_when_it_is_first_wanted(wall: Wall, tmp_path: Path) -> None:
    folder = tmp_path / "undo"
    ground = Ground(wire.Policy(0), trusted=False, undo_folder=str(folder), confine=wall)
    call = equipped(ground)
    assert not folder.exists()
    store = call.undo
    assert store is not None
    assert folder.exists()
    assert call.undo is store
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
def test_an_undo_folder_that_cannot_be_made_is_said_by_the_call_that_wants_it(wall: Wall) -> None:
    ground = Ground(wire.Policy(0), trusted=False, undo_folder="/dev/null/undo", confine=wall)
    call = equipped(ground)
    with pytest.raises(ToolError):
        _ = call.undo
