"""An index is made once, kept as fresh as the folders, and made anew when anything is wrong with it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from servers.notes.index import keeping, place
from servers.notes.index.database import Connection
from servers.notes.index.keeping import IndexUnavailableError, keeper_of
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled
from tests.servers.notes.conftest import MakeCall, write
from tests.servers.notes.index.conftest import BOUND, Index

MAKER = """
import sys
from servers.notes.index import place
from servers.notes.index.keeping import keeper_of
from servers.runtime.call import Call
from servers.runtime.safe.access import Folders
from servers.runtime.wire import Folder
place.place.folder, vault = sys.argv[1:3]
call = Call(1)
call.folders = Folders(1, (Folder(vault, "write"),))
keeper = keeper_of(call, vault)
keeper.refresh(call)
assert keeper.wait(call, 60)
print(keeper.ask(call, lambda db: db.one("SELECT count(*) FROM files WHERE state = 1")), flush=True)
"""


def test_files_that_come_and_go_are_known_at_the_next_call(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "first"})
    assert index.find("first") == ["a.md"]
    write(vault, {"in/b.md": "first"})
    assert sorted(index.find("first")) == ["a.md", "in/b.md"]
    (vault / "a.md").rename(vault / "in" / "c.md")
    assert sorted(index.find("first")) == ["in/b.md", "in/c.md"]
    (vault / "in" / "b.md").unlink()
    assert index.find("first") == ["in/c.md"]


def test_a_file_saved_by_replacing_it_is_known_at_the_next_call(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "first"})
    index.refresh()
    write(vault, {"a.md.tmp": "second"})
    (vault / "a.md.tmp").replace(vault / "a.md")
    assert (index.find("first"), index.find("second")) == ([], ["a.md"])


def test_the_index_outlives_the_process(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "first"})
    index.refresh()
    keeping.close_all()
    write(vault, {"b.md": "first"})
    assert sorted(index.find("first")) == ["a.md", "b.md"]


@pytest.mark.parametrize("harm", ["delete", "garbage", "empty", "version", "half"])
def test_an_index_that_was_harmed_is_made_anew(index: Index, vault: Path, harm: str) -> None:
    write(vault, {"a.md": "first"})
    keeper = index.refresh()
    keeping.close_all()
    file = Path(keeper.path)
    if harm == "delete":
        place.remove(keeper.path)
    elif harm == "version":
        db = Connection(keeper.path, writes=True)
        db.set("version", -1)
        db.close()
    elif harm == "half":
        db = Connection(keeper.path, writes=True)
        db.run("DELETE FROM facts WHERE name = 'made'")
        db.close()
    else:
        file.write_bytes({"garbage": b"\x00garbage" * 5000, "empty": b""}[harm])
    assert index.find("first") == ["a.md"]


def test_damage_while_it_is_open_is_survived(index: Index, vault: Path) -> None:
    write(vault, {f"n{n}.md": f"first w{n} " + "filler text " * 50 for n in range(200)})
    keeper = index.refresh()
    with keeper.writing() as db:
        db.run("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(keeper.path, "r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096 * 20))
    keeping.close_all()  # what was read before would otherwise be answered from memory
    assert len(index.find("first")) == 100


def test_a_file_that_was_deleted_under_us_is_made_anew(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "first"})
    place.remove(index.refresh().path)
    assert index.find("first") == ["a.md"]
    assert Path(index.keeper.path).exists()


def test_an_index_worn_by_many_changes_is_made_anew(index: Index, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_MOST_GARBAGE", 10)
    write(vault, {"a.md": "first"})
    keeper = index.refresh()
    for number in range(20):
        write(vault, {"a.md": f"first {number} " + "x" * number})
        keeper.renew(index.call, ["a.md"])
    keeping.close_all()
    assert index.find("first") == ["a.md"]
    given = index.keeper.ask(index.call, lambda db: db.one("SELECT seq FROM sqlite_sequence WHERE name = 'files'"))
    assert given == 1


def test_an_index_that_cannot_be_kept_is_refused_in_words(index: Index, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    place.place.folder = str(tmp_path / "file")
    with pytest.raises(IndexUnavailableError, match=r"cannot be kept in .*Ask the user"):
        index.refresh()


def test_a_full_disk_is_said_and_costs_no_index(index: Index, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(vault, {"a.md": "first"})
    keeper = index.refresh()
    before = Path(keeper.path).stat().st_ino

    def full(self: Connection) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "transaction", full)
        write(vault, {"b.md": "second"})
        with pytest.raises(IndexUnavailableError, match="disk is full"):
            index.refresh()
    assert index.find("second") == ["b.md"]
    assert Path(keeper.path).stat().st_ino == before


def test_a_call_that_was_taken_back_waits_for_nothing(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "x"})
    index.call.cancel()
    with pytest.raises(Cancelled):
        index.refresh()


def test_several_processes_make_and_keep_one_index(index: Index, vault: Path, tmp_path: Path) -> None:
    write(vault, {f"in{n % 20}/n{n}.md": f"first word{n}" for n in range(1500)})
    command = [sys.executable, "-c", MAKER, str(tmp_path / "index"), str(vault)]
    makers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    counts = [maker.communicate(timeout=90)[0].strip() for maker in makers]
    assert counts == ["1500"] * 3
    assert index.find("word777") == ["in17/n777.md"]
    assert [path.suffix for path in (tmp_path / "index").glob("*.db")] == [".db"]


def test_an_index_whose_maker_was_killed_is_made_by_another(index: Index, vault: Path, tmp_path: Path) -> None:
    write(vault, {f"in{n % 20}/n{n}.md": f"first word{n} " + "filler " * 300 for n in range(4000)})
    command = [sys.executable, "-c", MAKER, str(tmp_path / "index"), str(vault)]
    maker = subprocess.Popen(command, stdout=subprocess.PIPE)
    file = Path(place.file_for(index.call.folders, str(vault)))
    try:
        while not file.exists() and maker.poll() is None:
            threading.Event().wait(0.005)
        threading.Event().wait(0.1)
    finally:
        maker.kill()
        maker.communicate(timeout=BOUND)
    assert len(index.find("first")) == 100
    assert index.find("word3999") == ["in19/n3999.md"]


def test_many_threads_ask_and_write_at_once(index: Index, vault: Path) -> None:
    write(vault, {f"n{n}.md": f"first word{n}" for n in range(50)})
    index.refresh()
    wrong: list[object] = []

    def work(number: int) -> None:
        try:
            for step in range(10):
                write(vault, {f"t{number}.new": f"first thread{number} {step} " + "x" * step})
                (vault / f"t{number}.new").replace(vault / f"t{number}.md")
                if index.find(f"thread{number}") != [f"t{number}.md"]:
                    wrong.append((number, step))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND * 3)
    assert wrong == []


def test_progress_is_told_while_the_index_is_made(vault: Path, make_call: MakeCall) -> None:
    write(vault, {f"n{n}.md": "first" for n in range(300)})
    sent: list[bytes] = []
    call = Call(1, token="t", send=sent.append)
    call.folders = make_call((vault, "read")).folders
    keeper = keeper_of(call, str(vault))
    keeper.refresh(call)
    assert keeper.wait(call, BOUND)
    assert keeper.ready


def test_listeners_are_told_of_changes(index: Index, vault: Path) -> None:
    told: list[tuple[list[str], bool]] = []
    index.refresh()

    def listen(paths: list[str], listed: bool) -> None:
        told.append((paths, listed))

    keeping.listeners.append(listen)
    try:
        write(vault, {"in/a.md": "x"})
        index.refresh()
    finally:
        keeping.listeners.remove(listen)
    assert any(str(vault / "in" / "a.md") in paths and listed for paths, listed in told)
