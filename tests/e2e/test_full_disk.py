"""A home on a disk that fills up while a client works. Needs root, in a mount namespace of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.needs_root
def test_a_full_home_refuses_in_words_changes_nothing_and_serves_again_once_there_is_room(
    tmp_path: Path, folder: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, for a mount namespace of its own")
    home = tmp_path / "home"
    home.mkdir()
    script = 'set -e; mount -t tmpfs -o size=8m,mode=700 none "$1"; shift; exec "$@"'
    program = [sys.executable, str(ROOT / "tests/fakes/full_home.py"), str(home), str(folder)]
    done = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", str(home), *program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["before"], found["after"]) == ("written", "written")
    assert found["kept"] == "one\n" * 100
    assert all("full" in words for words in found["full"]), found["full"]
    assert found["outcomes"][0] == found["outcomes"][-1] == "ok"
    assert set(found["outcomes"][1:-1]) == {"error"}
    assert found["whole"], "the log is whole after all that"
