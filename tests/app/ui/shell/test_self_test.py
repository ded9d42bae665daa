"""The check of a packaged build, on this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def test_every_check_says_one_line_and_all_are_well(home: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "app", "--self-test"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    said = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, run.stderr
    assert {"drawings", "page home", "leaving"} <= {one["check"] for one in said}
    assert all(one["ok"] for one in said)
    assert os.listdir(home) == []
