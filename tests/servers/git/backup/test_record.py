"""A record tells what was and what was left, whatever line a crash tore."""

from __future__ import annotations

import pytest

from servers.git.backup import record as records
from servers.git.backup.files import FileState
from servers.git.backup.record import GitOutcome, GitRecord
from servers.git.backup.world import World
from servers.runtime.undo import record as base
from servers.runtime.undo.store import UndoStore


@pytest.fixture
def made() -> GitRecord:
    before = World(
        "refs/heads/main", {"refs/heads/main": "a" * 40}, files=[FileState("caf\\xe9", "file", "b" * 40, 3, 0o644)]
    )
    return GitRecord(base.new_id(), 5, "git_commit", "c", repo="/r", words="commit", before=before)


def test_what_is_written_is_read_again(store: UndoStore, made: GitRecord) -> None:
    store.write(made)
    left = World("refs/heads/main", {"refs/heads/main": "c" * 40})
    store.add(made.id, GitOutcome(done=True, left=left, said="commit c", new=("refs/remotes/o/x",)))
    found = records.read(store, made.id)
    assert found is not None
    assert (found.words, found.after, found.done) == ("commit c", left, True)
    assert found.before.refs["refs/remotes/o/x"] == ""
    assert found.before.files == made.before.files
    assert records.latest(store) == [made.id]


def test_a_torn_last_line_is_left_out(made: GitRecord) -> None:
    whole = records.encode(made) + b"\n" + records.encode(GitOutcome(done=True)) + b"\n"
    for cut in range(len(records.encode(made)) + 1, len(whole)):
        found = records.decode(whole[:cut])
        assert found is not None
        assert not found.done
    assert records.decode(whole[:20]) is None


def test_the_store_s_own_reader_understands_it_too(made: GitRecord) -> None:
    found = base.decode(records.encode(made) + b"\n" + records.encode(GitOutcome(done=True, left=World("x"))) + b"\n")
    assert found is not None
    assert (found.id, found.done) == (made.id, True)


@pytest.mark.parametrize("change_id", ["", "..", "nope", "0" * 18, "../../etc/passwd", "18c0000000a-zzzzzz"])
def test_what_is_no_id_is_no_change(store: UndoStore, change_id: str) -> None:
    assert records.read(store, change_id) is None
