"""A vault on a read-only mount, and an index on a full disk: words, and nothing lost. Needs root, in a mount namespace of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.notes.conftest import write

ROOT = Path(__file__).parents[3]
Run = Callable[[str], dict[str, str]]
pytestmark = pytest.mark.needs_root


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A vault on a disk of the test's own; `STORE` beside it is the server's."""
    write(tmp_path / "disk", {"in/a.md": "needle [[b]]\n", "b.md": "x\n"})
    (tmp_path / "store").mkdir()
    return tmp_path / "disk"


@pytest.fixture
def run(disk: Path) -> Run:
    """`run(mounts)`: what the server answers after these shell lines, `$D` being the vault and `$S` the store."""
    if os.geteuid() != 0:
        pytest.skip("needs root, for a mount namespace of its own")
    store = disk.parent / "store"

    def go(mounts: str) -> dict[str, str]:
        program = [sys.executable, str(ROOT / "tests/fakes/notes_on_bad_disk.py"), str(disk), str(store)]
        done = subprocess.run(
            ["unshare", "-m", "--propagation", "private", "sh", "-c", f'set -e; {mounts}; exec "$@"', "sh", *program],
            env={**os.environ, "D": str(disk), "S": str(store), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return go


def test_a_vault_on_a_read_only_mount_is_searched_and_changes_are_refused(run: Run, disk: Path) -> None:
    answers = run('mount --bind "$D" "$D"; mount -o remount,ro,bind "$D"')
    assert "in/a.md" in answers["search"]
    assert "needle" in answers["read"]
    assert "in in/a.md:1:" in answers["links"]
    assert "mounted read-only" in answers["edit"]
    assert "mounted read-only" in answers["create"]
    assert sorted(path.name for path in disk.rglob("*.md")) == ["a.md", "b.md"]


def test_an_index_on_a_full_disk_is_refused_and_notes_are_read(run: Run, disk: Path) -> None:
    answers = run('mount -t tmpfs -o size=64k none "$S"; head -c 60000 /dev/zero > "$S/filler"')
    assert "cannot be kept" in answers["search"]
    assert "needle" in answers["read"]
    assert (disk / "in" / "a.md").read_text() == "needle [[b]]\n"
