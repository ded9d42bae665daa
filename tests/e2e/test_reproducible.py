"""Two builds of one commit are the same, file by file."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.fakes import packages

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
build = importlib.import_module("build")

LISTED: set[str] = set()
"""Files that may differ, each with its reason beside it. There are none."""


def test_every_file_is_the_same_in_a_second_build() -> None:
    first = build.digests(str(packages.onedir()))
    second = build.digests(str(packages.dist() / "again" / "onedir" / "doorkeep"))
    assert len(first) > 100
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} <= LISTED
