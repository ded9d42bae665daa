"""kill -9 at any step of a change leaves the repository whole, and what was there before can be had again."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from servers.git.backup import record as records
from servers.runtime.call import Call
from servers.runtime.safe.moving import is_temporary
from servers.runtime.undo import recovery
from servers.runtime.undo.store import UndoStore
from tests.fakes import killed_git
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import Repo
from tests.servers.git.test_undo import messy

MOST_STEPS = 400
DEEDS: dict[str, tuple[str, dict[str, Any]]] = {
    "stage": ("git_stage", {"paths": ["."]}),
    "commit": ("git_commit", {"message": "Change", "paths": ["a.txt"]}),
    "switch": ("git_switch", {"target": "side", "on_dirty": "stash"}),
    "restore": ("git_restore", {"paths": ["."], "source": "HEAD~1", "staged": True}),
    "undo": ("git_undo", {}),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_killed_at_any_step_everything_can_be_had_again(
    call: Call,
    repo: Repo,
    identity: Path,
    top: Path,
    tmp_path: Path,
    store: UndoStore,
    monkeypatch: pytest.MonkeyPatch,
    deed: str,
) -> None:
    messy(repo)
    tool, arguments = DEEDS[deed]
    if deed == "undo":
        done = change_id(Hands(call, repo).restore(".", source="HEAD~1", staged=True))
        arguments = {"change_id": done}
    kept = tmp_path / "kept"
    shutil.copytree(repo.path, kept, symlinks=True)
    shutil.copytree(store.folder, tmp_path / "kept-undo")
    before = everything(repo)
    known = set(records.latest(store))
    step = 1
    while _run_killed(top, repo, store.folder, step, tool, arguments):
        repo.git("fsck", "--strict", "--no-dangling")
        now = everything(repo)
        made = [one for one in records.latest(store) if one not in known]
        if now != before:
            assert made, f"step {step} changed something that is on no record"
        for lock in repo.path.glob(".git/*.lock"):
            # One of ours is known by its second name; git's own is git's to leave.
            assert lock.stat().st_nlink == 2, f"step {step} left {lock}"
        if made and now != before:
            _undo(call, repo, store.folder, made[0])
            assert everything(repo) == before, f"after step {step}"
        _clear_up(store.folder, monkeypatch)
        assert not [path for path in repo.path.rglob("*") if is_temporary(path.name)], f"after step {step}"
        _put_back(kept, repo.path)
        _put_back(tmp_path / "kept-undo", Path(store.folder))
        step += 3
        assert step < MOST_STEPS
    assert step > 10


def _run_killed(top: Path, repo: Repo, undo: str, step: int, tool: str, arguments: dict[str, Any]) -> bool:
    """Whether it was killed, and not done before."""
    command = [
        sys.executable,
        killed_git.__file__,
        str(top),
        str(repo.path),
        undo,
        str(step),
        tool,
        json.dumps(arguments),
    ]
    root = str(Path(killed_git.__file__).parents[2])
    run = subprocess.run(command, cwd=root, capture_output=True, timeout=60, check=False)
    assert run.returncode in (0, -signal.SIGKILL), run.stderr.decode()
    return run.returncode != 0


def _undo(call: Call, repo: Repo, folder: str, change: str) -> None:
    """With a store opened anew: the folder was put back."""
    store = UndoStore(folder)
    call.undo_store = lambda: store
    try:
        Hands(call, repo).undo(change)
    finally:
        store.close()


def _clear_up(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the next sweep does, a minute later."""
    with monkeypatch.context() as later:
        later.setattr(recovery, "OLD_ENOUGH", -10)
        store = UndoStore(folder)
        store.sweep()
        store.close()


def _put_back(kept: Path, place: Path) -> None:
    shutil.rmtree(place)
    shutil.copytree(kept, place, symlinks=True)
