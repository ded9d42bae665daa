"""Servers of others, as their makers publish them: installed from npm and PyPI by name, once for all runs on a machine.

A folder without its mark was left half made by a run that was ended, and is made anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

SECONDS = 400
"""For one try."""
TRIES = 2
"""A registry may lose a question; asking it again is no other test."""


def from_npm(*packages: str) -> Path:
    """The folder of the commands that these packages bring. Where npm is missing the test is skipped; in CI it fails."""
    npm = shutil.which("npm")
    if npm is None:
        words = "npm is missing: servers from there were not tried"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    folder = _place("npm", *packages)
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *packages]
    _install(folder, command)
    return folder / "node_modules" / ".bin"


def from_pypi(*packages: str) -> Path:
    """The same from PyPI, into an environment of their own beside the one that the tests run in."""
    folder = _place("pypi", *packages)
    uv = shutil.which("uv")
    python = str(folder / "bin" / "python")
    if uv is not None:
        making = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
        command = [uv, "pip", "install", "--quiet", "--python", python, *packages]
    else:
        making = [sys.executable, "-m", "venv", str(folder)]
        command = [python, "-m", "pip", "install", "--quiet", *packages]
    _install(folder, making, command)
    return folder / "bin"


def _place(kind: str, *packages: str) -> Path:
    """Other packages are another folder, so that one that was made before never lacks any."""
    cache = os.environ.get("DOORKEEP_TEST_CACHE") or os.path.join(
        tempfile.gettempdir(), f"doorkeep-servers-{os.getuid()}"
    )
    named = hashlib.sha256(" ".join((sys.version, *packages)).encode()).hexdigest()[:12]
    return Path(cache, f"{kind}-{named}")


def _install(folder: Path, *commands: list[str]) -> None:
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock", timeout=2 * TRIES * SECONDS):
        if (folder / "complete").exists():
            return
        words = ""
        for _ in range(TRIES):
            shutil.rmtree(folder, ignore_errors=True)
            words = _tried(commands)
            if not words:
                (folder / "complete").touch()
                return
        pytest.fail(f"not installed: {words}")


def _tried(commands: tuple[list[str], ...]) -> str:
    """Empty, or what went wrong."""
    for command in commands:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"{command[0]} took more than {SECONDS} s"
        if done.returncode:
            return f"{' '.join(command)}: {done.stderr[-2000:]}"
    return ""
