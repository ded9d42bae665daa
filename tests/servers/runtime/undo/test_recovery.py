"""Behind a crash only our own temporary files are taken away."""

from __future__ import annotations

import os

import pytest

from servers.runtime.safe import moving
from servers.runtime.undo import recovery
from servers.runtime.undo.record import Record, step_of
from tests.servers.runtime.undo.conftest import World


def record(world: World) -> Record:
    return Record("id", 0, steps=[step_of("write", world.path("sub/a"))])


def test_only_old_files_of_ours_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, folder = moving.temporary_name(), moving.temporary_name()
    (world.root / "sub").mkdir()
    for name in (ours, ".doorkeep-notes.tmp", "a"):
        (world.root / "sub" / name).write_text("x")
    (world.root / "sub" / folder).mkdir()
    recovery.clear(record(world))
    assert len(os.listdir(world.root / "sub")) == 4, "too young to be surely nobody's"
    monkeypatch.setattr(recovery, "OLD_ENOUGH", -1)
    recovery.clear(record(world))
    assert sorted(os.listdir(world.root / "sub")) == sorted([".doorkeep-notes.tmp", "a", folder])


def test_a_folder_that_became_a_link_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "OLD_ENOUGH", -1)
    elsewhere = world.place / "elsewhere"
    elsewhere.mkdir()
    kept = elsewhere / moving.temporary_name()
    kept.write_text("x")
    (world.root / "sub").symlink_to(elsewhere)
    recovery.clear(record(world))
    assert kept.exists()


def test_a_folder_that_is_gone_is_no_error(world: World) -> None:
    recovery.clear(record(world))
    assert world.tree() == {}
