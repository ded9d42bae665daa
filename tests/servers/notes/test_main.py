"""`python -m servers.notes` is a program."""

from __future__ import annotations

import subprocess
import sys


def test_it_tells_how_to_start_it() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "servers.notes", "--help"], capture_output=True, text=True, timeout=20, check=True
    )
    assert "python -m servers.notes --folder" in run.stdout
