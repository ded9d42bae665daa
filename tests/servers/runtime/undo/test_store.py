"""The store is bounded in bytes and days, and survives being killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servers.runtime.errors import ToolError
from servers.runtime.safe import moving
from servers.runtime.undo import recovery, store
from servers.runtime.undo.store import UndoStore
from tests.servers.runtime.undo.conftest import World

ROOT = Path(__file__).parents[4]
PROGRAM = ROOT / "tests" / "fakes" / "writer.py"


def small(world: World, quota: int, days: int = 30) -> None:
    world.store.close()
    world.store = UndoStore(str(world.place / "undo"), quota_bytes=quota, days=days)


def test_the_store_is_the_users_alone(world: World) -> None:
    for name in ("undo", "undo/images", "undo/changes"):
        assert (world.place / name).stat().st_mode & 0o777 == 0o700
    change = world.write("a", b"one")
    assert (world.place / "undo/changes" / change).stat().st_mode & 0o777 == 0o600


def test_changes_are_listed_newest_first(world: World) -> None:
    changes = [world.write("a", text) for text in (b"one", b"two", b"three")]
    ids = [record.id for record in world.store.list(10)]
    assert sorted(ids) == sorted(changes)
    assert ids == sorted(ids, reverse=True)
    assert len(world.store.list(2)) == 2


def test_the_oldest_images_go_when_the_quota_is_full(world: World) -> None:
    small(world, 2500)
    (world.root / "a").write_bytes(b"0" * 1000)
    changes = [world.write("a", str(number).encode() * 1000) for number in range(1, 6)]
    kept = [change for change in changes if change in {record.id for record in world.store.list(100)}]
    assert kept == changes[-2:]
    assert sum(path.stat().st_size for path in (world.place / "undo/images").iterdir()) <= 2500
    world.undo(changes[-1])
    assert (world.root / "a").read_bytes() == b"4" * 1000


@pytest.mark.usefixtures("trash_place")
def test_trashed_things_are_not_let_go_for_new_images(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servers.runtime.undo.trash.reserve", lambda parent: None)
    small(world, 2500)
    (world.root / "precious").write_bytes(b"p" * 2000)
    (world.root / "a").write_bytes(b"0" * 1000)
    trashed = world.trash("precious")
    with pytest.raises(ToolError, match="Nothing was changed"):
        world.write("a", b"new")
    assert (world.root / "a").read_bytes() == b"0" * 1000
    world.undo(trashed)
    assert (world.root / "precious").read_bytes() == b"p" * 2000


def test_old_changes_are_swept_with_their_images(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.root / "a").write_text("old")
    world.write("a", b"new")
    assert world.store.sweep() == 0
    later = time.time_ns() + 31 * 86_400 * 10**9
    monkeypatch.setattr(store.time, "time_ns", lambda: later)
    assert world.store.sweep() == 1
    assert os.listdir(world.place / "undo/changes") == os.listdir(world.place / "undo/images") == []


def test_an_image_without_a_record_goes_once_it_is_surely_nobodys(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = world.place / "undo/images/00000000000-000000.0"
    image.write_text("left by a crash")
    world.store.sweep()
    assert image.exists()
    monkeypatch.setattr(store, "_GRACE", -1)
    world.store.sweep()
    assert not image.exists()


def test_a_torn_record_is_no_change(world: World) -> None:
    change = world.write("a", b"one")
    path = world.place / "undo/changes" / change
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    assert world.store.list(10) == []
    with pytest.raises(ToolError, match="There is no change"):
        world.store.get(change)


def test_a_torn_last_line_costs_only_itself(world: World) -> None:
    change = world.write("a", b"one")
    path = world.place / "undo/changes" / change
    path.write_bytes(path.read_bytes() + b'{"undone_')
    assert world.store.get(change).undone_by == ""
    world.undo(change)


def test_a_record_that_was_made_but_never_written_goes_with_its_images(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.root / "a").write_text("old")
    change = world.write("a", b"new")
    os.truncate(world.place / "undo/changes" / change, 0)
    world.store.sweep()
    assert len(os.listdir(world.place / "undo/images")) == 1
    monkeypatch.setattr(store, "_GRACE", -1)
    world.store.sweep()
    assert os.listdir(world.place / "undo/changes") == os.listdir(world.place / "undo/images") == []


def test_foreign_files_in_the_store_are_left_alone(world: World) -> None:
    (world.place / "undo/changes/notes.txt").write_text("mine")
    world.store.sweep()
    assert world.store.list(10) == []
    assert (world.place / "undo/changes/notes.txt").exists()


def test_a_store_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="keep changes for undo"):
        UndoStore(str(tmp_path / "file/undo"))


def test_a_writer_killed_at_any_moment_leaves_whole_files_and_usable_records(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.root / "a").write_bytes(b"0" * 20_000)
    for kill in range(12):
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(world.root), str(world.place / "undo")],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n" * (1 + kill))
        for _ in range(kill):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)  # in the midst of the next change
        process.wait(20)
        process.stdin.close()
        process.stdout.close()
        content = (world.root / "a").read_bytes()
        assert (len(content), len(set(content))) == (20_000, 1), "half-written"
    monkeypatch.setattr(store, "_GRACE", -1)
    monkeypatch.setattr(recovery, "OLD_ENOUGH", -1)
    world.store.sweep()
    assert not [name for name in os.listdir(world.root) if moving.is_temporary(name)]
    records = world.store.list(1000)
    images = {step.image for record in records for step in record.steps}
    assert {path.name for path in (world.place / "undo/images").iterdir()} <= images
    for record in records:
        world.plan(record.id)
    last = next(record for record in records if not world.plan(record.id).conflicts)
    content = (world.root / "a").read_bytes()
    if any(not taking.skipped for taking in world.plan(last.id).takings):
        world.undo(last.id)
        assert (world.root / "a").read_bytes() != content
