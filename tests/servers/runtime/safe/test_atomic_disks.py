"""A full disk and a read-only one: words, nothing half-written, nothing left. Needs root, in a mount namespace of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
Run = Callable[[str, Path], dict[str, str]]
pytestmark = pytest.mark.needs_root


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run(mounts, store)`: the fake program after these shell lines, `$D` being the folder; its answers."""
    if os.geteuid() != 0:
        pytest.skip("needs root, for a mount namespace of its own")
    folder = tmp_path / "disk"
    folder.mkdir()

    def go(mounts: str, store: Path) -> dict[str, str]:
        program = [sys.executable, str(ROOT / "tests/fakes/bad_disk.py"), str(folder), str(store)]
        script = f'set -e; {mounts}; exec "$@"'
        done = subprocess.run(
            ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", *program],
            env={**os.environ, "D": str(folder), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return go


OLD = f'"{sys.executable}" -c \'import sys; sys.stdout.write("old" * 100000)\' > "$D/file"'


def test_a_full_disk_leaves_the_old_content_and_says_so(run: Run, tmp_path: Path) -> None:
    answers = run(f'mount -t tmpfs -o size=4m none "$D"; {OLD}', tmp_path / "store")
    assert "the disk is full. Nothing was written" in answers["overwrite"]
    assert "the disk is full. Nothing was written" in answers["create"]
    assert (answers["small"], answers["content"], answers["left"]) == ("written", "small", "file")
    assert len(os.listdir(tmp_path / "store/changes")) == 1, "a change that never was left a record"


def test_a_full_undo_store_changes_nothing(run: Run, tmp_path: Path) -> None:
    fill = 'mkdir "$D.store"; mount -t tmpfs -o size=64k none "$D.store"; head -c 60000 /dev/zero > "$D.store/filler"'
    answers = run(f"{OLD}; {fill}", tmp_path / "disk.store")
    assert "So nothing was changed" in answers["overwrite"] + answers["small"]
    assert (answers["content"], answers["left"]) == ("old", "file,new")


def test_a_read_only_disk_is_said_to_be_one(run: Run, tmp_path: Path) -> None:
    answers = run(f'{OLD}; mount --bind "$D" "$D"; mount -o remount,ro,bind "$D"', tmp_path / "store")
    assert "mounted read-only" in answers["overwrite"]
    assert "mounted read-only" in answers["create"]
    assert (answers["content"], answers["left"]) == ("old", "file")
    assert os.listdir(tmp_path / "store/changes") == os.listdir(tmp_path / "store/images") == []
