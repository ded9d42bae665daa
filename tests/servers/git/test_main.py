"""`python -m servers.git` is the git server."""

from __future__ import annotations

import subprocess
import sys


def test_it_says_its_name_and_its_usage() -> None:
    for argument, said in (("--version", "git 0.1.0"), ("--help", "--folder PATH=ACCESS")):
        run = subprocess.run(
            [sys.executable, "-m", "servers.git", argument], capture_output=True, text=True, timeout=60, check=True
        )
        assert said in run.stdout
