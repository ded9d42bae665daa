"""Changes of several files: all of them or none, whatever happens in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.runtime.call import Call
from servers.runtime.changing import changes, together
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError
from servers.runtime.undo.store import UndoStore
from tests.servers.conftest import MakeCall

KILLED = """
import os, sys
from pathlib import Path
from servers.runtime.call import Call
from servers.runtime.changing import together
from servers.runtime.safe.access import Folders
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Folder
from tests.servers.runtime.changing.test_together import rewrite

top, undo, kill_before = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
call = Call(1)
call.folders = Folders(1, (Folder(str(top), "write"),), asked=False)
store = UndoStore(undo)
call.undo_store = lambda: store
def die(number):
    if number == kill_before:
        os.kill(os.getpid(), 9)
rewrite(call, top, die)
"""


def rewrite(call: Call, top: Path, before: Callable[[int], object] = lambda _: None) -> None:
    """Give `a`, `b` and `c` new content together; `before(n)` is called before the n-th is written, and at last."""
    with changes.begin(call, "rewrite") as change:
        olds: list[changes.Old] = []
        for name in "abc":
            with open_parent(call.folders, str(top / name)) as parent:
                old = changes.read_old(parent, "change")
                assert old is not None
                olds.append(old)
                changes.keep(call, change, parent, old, changes.known_etag(b"new " + name.encode()))

        def act() -> None:
            for number, (name, old) in enumerate(zip("abc", olds, strict=True)):
                before(number)
                with open_parent(call.folders, str(top / name)) as parent:
                    replace_file(parent, b"new " + name.encode(), expect=old.etag)
            before(3)

        together.carry_out(call, change, act)


@pytest.fixture
def files(top: Path) -> Path:
    """A folder with the three files."""
    for name in "abc":
        (top / name).write_text(f"old {name}")
    return top


def read(top: Path) -> list[str]:
    return [path.read_text() for path in sorted(top.iterdir())]


OLD = ["old a", "old b", "old c"]
NEW = ["new a", "new b", "new c"]


def test_all_of_it_is_done_and_nothing_is_left_unfinished(call: Call, files: Path, store: UndoStore) -> None:
    rewrite(call, files)
    assert read(files) == NEW
    assert [record.done for record in store.list()] == [True]
    assert "unfinished" not in os.listdir(store.folder)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_what_fails_in_the_middle_is_taken_back_and_forgotten(
    call: Call, files: Path, store: UndoStore, number: int
) -> None:
    def fail(at: int) -> None:
        if at == number:
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        rewrite(call, files, fail)
    assert read(files) == OLD
    assert store.list() == []
    assert "unfinished" not in os.listdir(store.folder)


def test_a_file_that_another_program_changed_in_the_middle_keeps_its_newer_content(
    call: Call, files: Path, store: UndoStore
) -> None:
    def meddle(at: int) -> None:
        if at == 2:
            (files / "c").write_text("theirs")

    with pytest.raises(ConflictError, match="changed since it was read"):
        rewrite(call, files, meddle)
    assert read(files) == ["old a", "old b", "theirs"]
    assert store.list() == []


def test_what_can_neither_go_on_nor_back_is_said_and_stays_on_record(call: Call, files: Path, store: UndoStore) -> None:
    def meddle(at: int) -> None:
        if at == 2:
            (files / "a").write_text("theirs")
            (files / "c").write_text("theirs too")

    with pytest.raises(ConflictError, match="could not all be taken back") as refused:
        rewrite(call, files, meddle)
    (record,) = store.list()
    assert record.id in refused.value.text
    assert read(files) == ["theirs", "new b", "theirs too"]


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_what_a_kill_cut_short_is_taken_back_by_whoever_looks_next(
    make_call: MakeCall, files: Path, store: UndoStore, number: int
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(files), store.folder, str(number)], timeout=60, check=False, cwd=Path.cwd()
    )
    assert run.returncode == -9
    closed = make_call((files, "read"))
    together.finish(closed)
    assert read(files) == NEW[:number] + OLD[number:]
    together.finish(make_call((files, "write")))
    assert read(files) == OLD
    assert store.list() == []
    assert "unfinished" not in os.listdir(store.folder)


def test_nobody_takes_back_what_is_just_being_made(call: Call, files: Path) -> None:
    rewrite(call, files, lambda at: together.finish(call) if at == 2 else None)
    assert read(files) == NEW


def test_without_an_undo_store_it_is_simply_done(make_call: MakeCall, files: Path) -> None:
    call = make_call((files, "write"), undo=False)
    rewrite(call, files)
    together.finish(call)
    assert read(files) == NEW


def test_an_id_that_is_none_is_dropped(call: Call, files: Path, store: UndoStore) -> None:
    (Path(store.folder) / "unfinished").write_text("../../etc\n00000000000-000000\n")
    together.finish(call)
    assert "unfinished" not in os.listdir(store.folder)
