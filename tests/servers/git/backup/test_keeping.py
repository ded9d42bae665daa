"""Backups live in the repository under refs of their own: kept by gc, out of everybody's sight, and bounded."""

from __future__ import annotations

import time

import pytest

from servers.git.backup import keeping
from servers.git.backup.files import FileState
from servers.git.backup.objects import name_of
from servers.git.repository import find
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.undo.record import id_at, new_id
from tests.servers.git.conftest import Repo


def state(path: str, content: bytes) -> FileState:
    return FileState(path, "file", name_of("sha1", "blob", content), len(content), 0o644)


def test_what_is_kept_survives_gc_and_is_in_nobody_s_history(call: Call, repo: Repo) -> None:
    found = find(call, str(repo.path), "change")
    images = keeping.Images(call, found)
    images.keep(b"before\r\n")
    images.add([state("d/f", b"before\r\n"), FileState("gone")])
    change = new_id()
    with keeping.copy_index(call, found) or pytest.fail("no index") as copy:
        tree = images.tree(keeping.index_tree(call, found, copy))
    [ref] = keeping.write_refs(call, found, change, tree, images.size, [])
    log = repo.text("log", "--all", "--oneline")
    repo.git("-c", "gc.pruneExpire=now", "gc", "-q", "--prune=now")
    assert repo.git("cat-file", "blob", f"{ref}:files/d/f") == b"before\r\n"
    assert repo.text("ls-tree", "--name-only", f"{ref}:index").split("\n") == ["a.txt", "b.txt"]
    assert repo.text("log", "--all", "--oneline") == log
    assert keeping.contents(call, found, [state("x", b"before\r\n")]) == {
        name_of("sha1", "blob", b"before\r\n"): b"before\r\n"
    }
    keeping.drop_refs(call, found, [ref])
    assert repo.text("for-each-ref", keeping.BACKUPS) == ""


def test_an_index_with_conflicts_is_kept_whole(call: Call, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", a__txt="side\n")
    repo.git("switch", "-q", "main")
    repo.commit("main", a__txt="main\n")
    repo.git("merge", "side", ok=(1,))
    found = find(call, str(repo.path), "change")
    with keeping.copy_index(call, found) or pytest.fail("no index") as copy:
        tree = keeping.index_tree(call, found, copy)
    staged = {line.split()[1] for line in repo.text("ls-files", "--stage").split("\n")}
    assert {line.split()[2] for line in repo.text("ls-tree", tree).split("\n")} == staged


def test_a_split_index_is_kept_whole(call: Call, repo: Repo) -> None:
    repo.git("update-index", "--split-index")
    repo.commit("more", c__txt="c\n")
    found = find(call, str(repo.path), "change")
    with keeping.copy_index(call, found) or pytest.fail("no index") as copy:
        for shared in (repo.path / ".git").glob("sharedindex.*"):
            shared.unlink()
        assert repo.text("ls-files", GIT_INDEX_FILE=copy.path).split("\n") == ["a.txt", "b.txt", "c.txt"]
    assert not list((repo.path / ".git").glob("doorkeep-*"))


def test_many_objects_become_a_pack(call: Call, repo: Repo) -> None:
    images = keeping.Images(call, find(call, str(repo.path), "change"))
    for number in range(keeping._LOOSE + 1):
        images.keep(b"%d" % number)
    images.add([state("f", b"7")])
    tree = images.tree("")
    assert repo.git("cat-file", "blob", f"{tree}:files/f") == b"7"
    assert list((repo.path / ".git/objects/pack").glob("*.pack"))


@pytest.mark.parametrize(
    ("bound", "value", "left"), [("MOST_CHANGES", 2, 2), ("MOST_BYTES", 25, 2), ("DAYS", 1, 2), ("MOST_CHANGES", 9, 3)]
)
def test_old_many_and_large_backups_are_let_go(
    call: Call, repo: Repo, monkeypatch: pytest.MonkeyPatch, bound: str, value: int, left: int
) -> None:
    found = find(call, str(repo.path), "change")
    commit = repo.text("rev-parse", "HEAD")
    now = time.time_ns() // 1_000_000
    for age in (2 * 86_400_000, 1000):
        keeping.write_refs(call, found, id_at(now - age) + "000000", commit, 10, [])
    monkeypatch.setattr(keeping, bound, value)
    keeping.write_refs(call, found, id_at(now) + "000000", commit, 10, [commit])
    refs = repo.text("for-each-ref", "--format=%(refname)", keeping.BACKUPS).split("\n")
    assert len({ref.split("/")[3] for ref in refs}) == left
    assert refs[-1].endswith("/files-10")


def test_what_is_gone_is_said(call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match="no longer in the repository"):
        keeping.contents(call, find(call, str(repo.path)), [state("x", b"never kept")])


def test_a_backup_is_not_pushed(call: Call, repo: Repo) -> None:
    found = find(call, str(repo.path), "change")
    keeping.write_refs(call, found, new_id(), "", 0, [repo.text("rev-parse", "HEAD")])
    other = repo.path.parent / "other.git"
    repo.git("init", "-q", "--bare", str(other))
    repo.git("push", "-q", "--all", str(other))
    repo.git("push", "-q", "--tags", str(other))
    assert repo.text("ls-remote", str(other)).split("\t")[1:] == ["refs/heads/main"]
