"""Where the packages lie that are tested. They take minutes to build, so a run of the tests is given them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DIST = "DOORKEEP_DIST"
"""Names the folder that `packaging/build.py --also-version 9.9.9 --into FOLDER` filled."""
NEXT = "9.9.9"


def dist() -> Path:
    """The folder. Skips where none is named; in CI that is a failure."""
    named = os.environ.get(DIST)
    if not named:
        pytest.skip(
            f"{DIST} names no folder of packages: packaging/build.py --also-version {NEXT} --into FOLDER makes one"
        )
    return Path(named).absolute()


def onedir(version: str = "") -> Path:
    """The folder of the three programs, or of those that say they are the next version."""
    folder = dist() / "onedir" / (f"doorkeep-{version}" if version else "doorkeep")
    if not folder.is_dir():
        pytest.fail(f"{folder} is not there: was it made with --also-version {NEXT}?")
    return folder


def artefact(pattern: str) -> Path:
    """The one file of that pattern."""
    found = sorted(dist().glob(pattern))
    if len(found) != 1:
        pytest.fail(f"{dist()} holds {[path.name for path in found]} for {pattern}, not one file")
    return found[0]
