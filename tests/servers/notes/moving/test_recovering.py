"""kill -9 at any step of a move or an edit, by real processes: whoever looks next finds the vault whole, as it was or as it was to be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from servers.notes.moving import recovering
from servers.runtime.call import Call
from tests.servers.notes.conftest import MakeCall, Serve, write
from tests.servers.notes.test_move_note import tree

ROOT = Path(__file__).parents[4]
KILLED = """
import os, sys
kill_at = int(sys.argv[4])
count = 0
# Everything that changes a file goes through these; the process dies right before one of them.
def deadly(name):
    real = getattr(os, name)
    def act(*args, **kwargs):
        global count
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), 9)
        return real(*args, **kwargs)
    setattr(os, name, act)
from servers.notes.index.place import place
place.folder = sys.argv[3]
from servers.runtime.call import Call
from servers.runtime.safe import linux, moving
from servers.runtime.safe.access import Folders
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Folder
from servers.notes.edit_note import EditNote, edit_note
from servers.notes.editing.operations import Op
from servers.notes.move_note import MoveNote, move_note
call = Call(1)
call.folders = Folders(1, (Folder(sys.argv[1], "write"),), asked=False)
store = UndoStore(sys.argv[2])
call.undo_store = lambda: store
deed, args = {
    "move": (move_note, MoveNote("a/Plan.md", "new/sub/The plan")),
    "edit": (edit_note, EditNote("Far/Link.md", [Op("append", new="a line"), Op("add_tags", tags=["x"])])),
}[sys.argv[5]]
planned = deed.plan(call, args)
for name in ("open", "link", "rename", "replace", "unlink", "mkdir", "write", "fsync"):
    deadly(name)
real = linux.rename
def rename(*args):
    global count
    count += 1
    if count == kill_at:
        os.kill(os.getpid(), 9)
    return real(*args)
linux.rename = rename
deed.apply(call, args, planned)
sys.stdout.write(str(count))
"""
VAULT = {
    "Top.md": "[[Plan]] and [[a/Plan#H|w]]\r\n",
    "a/Plan.md": "# H\n[[Top]] [other](Other.md) [[./Other]]\n",
    "a/Other.md": "back to [[Plan]]\n",
    "Far/Link.md": "---\nup: '[[Plan]]'\n---\n[x](../a/Plan.md)\n",
}


def run(vault: Path, place: Path, kill_at: int, deed: str = "move") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", KILLED, str(vault), str(place / "undo"), str(place / "index"), str(kill_at)]
    return subprocess.run([*command, deed], cwd=ROOT, timeout=60, capture_output=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="counts the system calls of Linux")
@pytest.mark.parametrize(("deed", "least"), [("move", 40), ("edit", 5)])
def test_one_that_is_killed_at_any_step_leaves_the_vault_whole(
    make_call: MakeCall, tmp_path: Path, vault: Path, deed: str, least: int
) -> None:
    write(vault, VAULT)
    old = tree(vault)
    whole = run(vault, tmp_path, 0, deed)
    assert whole.returncode == 0, whole.stderr
    new = tree(vault)
    assert len(new) == len(old)
    assert new != old
    kill_at = 0
    while kill_at < 300:
        kill_at += 1
        _put(vault, old)
        run_through = run(vault, tmp_path, kill_at, deed)
        if run_through.returncode == 0:
            break
        assert run_through.returncode == -9, (kill_at, run_through.stderr)
        recovering.look(make_call((vault, "write")))
        assert _without_temporaries(vault) in (old, new), kill_at
        assert not (tmp_path / "undo/unfinished").exists(), kill_at
    assert least < kill_at < 300


def _put(vault: Path, files: dict[str, bytes]) -> None:
    for path in vault.rglob("*.md"):
        path.unlink()
    write(vault, files)


def _without_temporaries(vault: Path) -> dict[str, bytes]:
    """What people see; a temporary file of a killed process is taken away by the sweep a minute later."""
    return {
        path: content for path, content in tree(vault).items() if not os.path.basename(path).startswith(".doorkeep-")
    }


def test_the_first_call_of_a_process_looks_and_later_ones_do_not(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Call] = []
    monkeypatch.setattr(recovering, "look", looked.append)
    monkeypatch.setattr(recovering._Looked, "done", False)
    recovering.look_once(call)
    recovering.look_once(call)
    assert looked == [call]


@pytest.mark.skipif(sys.platform != "linux", reason="counts the system calls of Linux")
def test_a_server_that_starts_after_a_kill_tells_of_a_whole_vault(serve: Serve, tmp_path: Path, vault: Path) -> None:
    write(vault, VAULT)
    old = tree(vault)
    steps = int(run(vault, tmp_path, 0).stdout)
    for kill_at in (steps // 2, steps - 3):
        _put(vault, old)
        assert run(vault, tmp_path, kill_at).returncode == -9
        assert _without_temporaries(vault) != old
        assert "Top.md" in serve((vault, "write")).text("list_notes")
        assert _without_temporaries(vault) == old
