"""Changes of any kind one after the other, on generated worktrees, and all of them taken back, the last one first."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from servers.runtime.errors import ToolError
from servers.runtime.undo.store import UndoStore
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo

NAMES = st.sampled_from(["a", "b", "d/a", "d/e/f", "x y", "ä", "caf\udce9", "-n"])
CONTENTS = st.sampled_from(
    [b"", b"one\n", b"one\r\n", b"1\n2\n3\n4\n5\n6\n7\n8\n9\n", b"1\n2\nX\n4\n5\n6\n7\n8\n", b"\0\xff", b"no end"]
)
EDITS = st.one_of(
    st.tuples(st.just("write"), NAMES, CONTENTS),
    st.tuples(st.just("remove"), NAMES),
    st.tuples(st.just("run"), NAMES),
)
DEEDS = st.one_of(
    st.tuples(st.just("stage"), st.sampled_from(["stage", "unstage", "intent"])),
    st.tuples(st.just("commit"), st.booleans()),
    st.tuples(st.just("switch"), st.sampled_from(["main", "side", "new"]), st.sampled_from(["fail", "stash"])),
    st.tuples(st.just("restore"), st.sampled_from(["index", "HEAD", "side"]), st.booleans()),
    st.tuples(st.just("stash"), st.sampled_from(["push", "pop", "apply", "drop"]), st.booleans()),
    st.tuples(st.just("branch"), st.sampled_from(["side", "new", "new/er"])),
)


def write(hands: Hands, name: str, content: bytes) -> str:
    path = hands.repo.path / name
    if not path.is_dir() and not any(part.is_file() for part in path.relative_to(hands.repo.path).parents):
        hands.repo.write(name, content)
    return ""


def remove(hands: Hands, name: str) -> str:
    (hands.repo.path / name).unlink(missing_ok=True)
    return ""


def run(hands: Hands, name: str) -> str:
    """Make it executable, or not."""
    path = hands.repo.path / name
    if path.is_file():
        path.chmod(path.stat().st_mode ^ 0o111)
    return ""


def stage(hands: Hands, action: str) -> str:
    return hands.stage(".", action=action)


def commit(hands: Hands, amend: bool) -> str:
    return hands.commit("Change", amend=amend)


def switch(hands: Hands, target: str, on_dirty: str) -> str:
    known = hands.repo.text("branch", "--list", target)
    return hands.switch(target, create=not known, on_dirty=on_dirty)


def restore(hands: Hands, source: str, staged: bool) -> str:
    return hands.restore(".", source=source, staged=staged)


def stash(hands: Hands, action: str, untracked: bool) -> str:
    return hands.stash(action, untracked=untracked)


def branch(hands: Hands, name: str) -> str:
    action = "delete" if hands.repo.text("branch", "--list", name) else "create"
    return hands.branch(action, name, force=action == "delete")


WAYS: dict[str, Callable[..., str]] = {
    one.__name__: one for one in (write, remove, run, stage, commit, switch, restore, stash, branch)
}


@settings(max_examples=10)
@given(st.lists(EDITS, min_size=2, max_size=6), st.lists(DEEDS, min_size=4, max_size=9))
def test_every_change_is_taken_back_exactly(
    make_repo: MakeRepo,
    make_call: MakeCall,
    identity: Path,
    tmp_path: Path,
    edits: list[tuple[Any, ...]],
    deeds: list[tuple[Any, ...]],
) -> None:
    repo = make_repo(os.urandom(6).hex())
    repo.commit("Begin", a="one\n", b="1\n2\n3\n4\n5\n6\n7\n8\n9\n")
    repo.git("branch", "side")
    call = make_call((repo.path, "write"))
    store = UndoStore(str(tmp_path / f"undo-{repo.path.name}"))
    call.undo_store = lambda: store
    try:
        hands = Hands(call, repo)
        for name, *arguments in edits:
            WAYS[name](hands, *arguments)
        _and_back(hands, deeds)
    finally:
        store.close()


def _and_back(hands: Hands, deeds: list[tuple[Any, ...]]) -> None:
    done: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for name, *arguments in deeds:
        before = everything(hands.repo)
        try:
            text = WAYS[name](hands, *arguments)
        except ToolError:
            assert everything(hands.repo) == before, "a refusal changed something"
            continue
        if text.startswith("changed=yes"):
            done.append((change_id(text), before, everything(hands.repo)))
    for change, before, after in reversed(done):
        assert everything(hands.repo) == after
        hands.undo(change)
        assert everything(hands.repo) == before
    _check(hands.repo)


def _check(repo: Repo) -> None:
    assert repo.text("fsck", "--strict", "--no-dangling") == ""
    assert not [name for name in os.listdir(repo.path / ".git") if "lock" in name or name.startswith("doorkeep")]
