"""Changes, and taking them back, in every kind of repository there is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.runtime.call import Call
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import MakeRepo, Repo

ALLOW = ("-c", "protocol.file.allow=always")


def linked(repo: Repo, make_repo: MakeRepo) -> Repo:
    other = Repo(repo.path.parent / "linked")
    repo.git("worktree", "add", "-q", "-b", "linked", str(other.path))
    return other


def submodule(repo: Repo, make_repo: MakeRepo) -> Repo:
    outer = make_repo("outer")
    outer.commit("Begin", f="x")
    outer.git(*ALLOW, "submodule", "--quiet", "add", str(repo.path), "inner")
    inner = Repo(outer.path / "inner")
    inner.git("switch", "-q", "main")
    return inner


def separate(repo: Repo, make_repo: MakeRepo) -> Repo:
    made = Repo(repo.path.parent / "separate")
    place = repo.path.parent / "elsewhere.git"
    repo.git(*ALLOW, "clone", "-q", f"--separate-git-dir={place}", str(repo.path), str(made.path))
    return made


def shallow(repo: Repo, make_repo: MakeRepo) -> Repo:
    repo.commit("Second", c__txt="c\n")
    made = Repo(repo.path.parent / "shallow")
    repo.git(*ALLOW, "clone", "-q", "--depth=1", f"file://{repo.path}", str(made.path))
    return made


def detached(repo: Repo, make_repo: MakeRepo) -> Repo:
    repo.git("switch", "-q", "--detach")
    return repo


def sha256(repo: Repo, make_repo: MakeRepo) -> Repo:
    made = make_repo("long", "--object-format=sha256")
    made.commit("Begin", a__txt="one\ntwo\nthree\n", b__txt="beta\n")
    return made


def split_index(repo: Repo, make_repo: MakeRepo) -> Repo:
    repo.config("core.splitIndex", "true")
    repo.git("update-index", "--split-index")
    return repo


def index_of_version_4(repo: Repo, make_repo: MakeRepo) -> Repo:
    repo.git("update-index", "--index-version", "4")
    return repo


def sparse(repo: Repo, make_repo: MakeRepo) -> Repo:
    repo.commit("Folders", **{"in/f": "x\n", "out/f": "x\n"})
    repo.git("sparse-checkout", "set", "in")
    return repo


def packed(repo: Repo, make_repo: MakeRepo) -> Repo:
    repo.git("gc", "-q")
    return repo


def oddly_named(repo: Repo, make_repo: MakeRepo) -> Repo:
    made = make_repo("odd", path=repo.path.parent / "a b'ä\udce9\n")
    made.commit("Begin", a__txt="one\ntwo\nthree\n", b__txt="beta\n")
    return made


def named_like_an_escape(repo: Repo, make_repo: MakeRepo) -> Repo:
    made = make_repo("odd", path=repo.path.parent / "a\\xe9b")
    made.commit("Begin", a__txt="one\ntwo\nthree\n", b__txt="beta\n")
    return made


def merging(repo: Repo, make_repo: MakeRepo) -> Repo:
    """A merge that stopped before its commit, without conflicts."""
    repo.git("switch", "-q", "-c", "side")
    repo.commit("Side", c__txt="c\n")
    repo.git("switch", "-q", "main")
    repo.commit("Main", d__txt="d\n")
    repo.git("merge", "-q", "--no-commit", "side")
    return repo


KINDS = (
    linked,
    submodule,
    separate,
    shallow,
    detached,
    sha256,
    split_index,
    index_of_version_4,
    sparse,
    packed,
    oddly_named,
    named_like_an_escape,
    merging,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_changes_are_made_and_taken_back(
    call: Call, repo: Repo, identity: Path, make_repo: MakeRepo, kind: Callable[[Repo, MakeRepo], Repo]
) -> None:
    here = kind(repo, make_repo)
    hands = Hands(call, here)
    here.write("a.txt", "one\n2\nthree\n")
    here.write("new\udce9", b"\xff\r\n")
    steps: list[Callable[[], str]] = [
        lambda: hands.stage("a.txt", hunks=[1]),
        lambda: hands.stage("."),
        lambda: hands.commit("Change"),
        lambda: hands.switch("topic", create=True),
        lambda: (
            hands.restore("a.txt", source="HEAD~1", staged=True)
            if kind is not shallow
            else hands.branch("create", "other")
        ),
        lambda: hands.stash("push") if kind is not shallow else hands.tag("create", "t"),
        lambda: hands.branch("rename", "topic", new_name="subject"),
        lambda: hands.tag("create", "v1", message="first"),
    ]
    done: list[tuple[str, object, object]] = []
    for step in steps:
        before = everything(here)
        done.append((change_id(step()), before, everything(here)))
    assert here.text("log", "-1", "--format=%s", "subject") == "Change"
    for change, before, after in reversed(done):
        assert everything(here) == after
        hands.undo(change)
        assert everything(here) == before
    here.git("fsck", "--no-dangling")
    assert not [name for name in os.listdir(here.path) if name.startswith(".doorkeep")]
