"""A change is on record before it is made; one that altered nothing leaves no trace."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from servers.git.backup import change as changes
from servers.git.backup import files
from servers.git.backup import record as records
from servers.git.backup.change import begin, kept_whole
from servers.git.backup.keeping import BACKUPS
from servers.git.backup.world import Concern, capture
from servers.git.repository import Repository, find
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled, ToolError
from servers.runtime.safe.words import ConflictError, RefusedError
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import CallOrder
from tests.servers.git.conftest import MakeCall, Repo

CONCERN = Concern(index=True, files=(b"a.txt",))


@pytest.fixture
def found(call: Call, repo: Repo) -> Repository:
    repo.write("a.txt", "before\n")
    return find(call, str(repo.path), "change")


def test_the_record_stands_before_the_change(call: Call, repo: Repo, found: Repository, store: UndoStore) -> None:
    with begin(call, found, "t", CONCERN, capture(call, found, CONCERN), words="w") as change:
        [change_id] = records.latest(store)
        kept = records.read(store, change_id)
        assert kept is not None
        assert kept.after is None
        assert repo.git("cat-file", "blob", f"{kept.backups[0]}:files/a.txt") == b"before\n"
        repo.git("add", "a.txt")
    assert change.offered == call.change_id == change_id
    assert call.touched == [str(repo.path)]


def test_a_change_that_altered_nothing_leaves_no_trace(
    call: Call, repo: Repo, found: Repository, store: UndoStore
) -> None:
    with begin(call, found, "t", CONCERN, capture(call, found, CONCERN)) as change:
        pass
    assert change.offered == call.change_id == ""
    assert records.latest(store) == []
    assert repo.text("for-each-ref", BACKUPS) == ""
    assert not list(Path(store.images_path).iterdir())


def _break_off(repo: Repo, error: BaseException) -> None:
    repo.write("a.txt", "after\n")
    raise error


def test_an_error_half_way_leaves_a_record_that_is_true(
    call: Call, repo: Repo, found: Repository, store: UndoStore
) -> None:
    planned = capture(call, found, CONCERN)
    with pytest.raises(ToolError, match="half"), begin(call, found, "t", CONCERN, planned):
        _break_off(repo, ToolError("half way"))
    kept = records.read(store, call.change_id)
    assert kept is not None
    assert kept.after == capture(call, found, CONCERN)


def test_a_call_taken_back_leaves_a_record_that_was_cut_short(
    call: Call, repo: Repo, found: Repository, store: UndoStore
) -> None:
    planned = capture(call, found, CONCERN)
    with pytest.raises(Cancelled), begin(call, found, "t", CONCERN, planned):
        _break_off(repo, Cancelled())
    kept = records.read(store, records.latest(store)[0])
    assert kept is not None
    assert kept.after is None


def test_nothing_begins_in_a_world_that_moved(call: Call, repo: Repo, found: Repository, store: UndoStore) -> None:
    planned = capture(call, found, CONCERN)
    repo.write("a.txt", "meanwhile\n")
    with pytest.raises(ConflictError, match="changed at this moment"):
        begin(call, found, "t", CONCERN, planned)
    assert records.latest(store) == []


def test_a_record_that_cannot_be_written_stops_the_change(
    call: Call, found: Repository, store: UndoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise ToolError("the disk is full")

    monkeypatch.setattr(store, "write", refuse)
    planned = capture(call, found, CONCERN)
    with pytest.raises(ToolError, match="disk is full"):
        begin(call, found, "t", CONCERN, planned)
    assert not list(Path(store.images_path).iterdir())


def test_what_is_too_large_to_keep_is_changed_only_where_that_was_agreed_to(
    make_call: MakeCall, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_KEPT", 2)
    repo.write("a.txt", "large")
    for guard in ("", "agreed"):
        call = make_call((repo.path, "write"), order=CallOrder(1, guard))
        found = find(call, str(repo.path), "change")
        planned = capture(call, found, CONCERN)
        assert not kept_whole(call, planned)
        if not guard:
            with pytest.raises(RefusedError, match="more than is kept for undo"):
                begin(call, found, "t", CONCERN, planned)
            continue
        with begin(call, found, "t", CONCERN, planned) as change:
            repo.write("a.txt", "other")
        assert change.after is not None
        assert change.offered == ""


def test_without_an_undo_store_the_backup_is_in_the_repository_all_the_same(make_call: MakeCall, repo: Repo) -> None:
    call = make_call((repo.path, "write"), undo=False)
    found = find(call, str(repo.path), "change")
    repo.write("a.txt", "before\n")
    with begin(call, found, "t", CONCERN, capture(call, found, CONCERN)) as change:
        repo.write("a.txt", "after\n")
    assert change.offered == ""
    [ref] = repo.text("for-each-ref", "--format=%(refname)", BACKUPS).split("\n")
    assert repo.git("cat-file", "blob", f"{ref}:files/a.txt") == b"before\n"


def test_refs_that_nobody_could_name_before_belong_to_it_too(
    call: Call, repo: Repo, found: Repository, store: UndoStore
) -> None:
    concern = Concern(("refs/remotes/o/a",))
    with begin(call, found, "t", concern, capture(call, found, concern)) as change:
        repo.git("update-ref", "refs/remotes/o/b", "HEAD")
        change.also(["refs/remotes/o/a", "refs/remotes/o/b"])
    kept = records.read(store, change.offered)
    assert kept is not None
    assert kept.before.refs == {"refs/remotes/o/a": "", "refs/remotes/o/b": ""}
    assert kept.after is not None
    assert kept.after.refs["refs/remotes/o/b"]


def test_two_calls_change_a_repository_one_after_the_other(call: Call, repo: Repo, found: Repository) -> None:
    planned = capture(call, found, CONCERN)
    came: list[str] = []

    def other() -> None:
        with pytest.raises(ConflictError), begin(call, found, "t", CONCERN, planned):
            came.append("began")
        came.append("refused")

    with begin(call, found, "t", CONCERN, planned):
        second = threading.Thread(target=other)
        second.start()
        repo.write("a.txt", "after\n")
        came.append("first")
    second.join(20)
    assert came == ["first", "refused"]


def test_a_change_that_never_ends_is_not_waited_for_for_ever(
    call: Call, found: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_WAIT_SECONDS", 0.05)
    planned = capture(call, found, CONCERN)
    with begin(call, found, "t", CONCERN, planned), pytest.raises(ConflictError, match="takes long"):
        begin(call, found, "t", CONCERN, planned)


def test_the_limit_is_said_in_bytes() -> None:
    assert changes.keeping_limit() == "67,108,864 bytes"
