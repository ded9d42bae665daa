"""What software centres show, as their own validator reads it."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
appstream = importlib.import_module("linux.appstream")


def test_the_validator_finds_nothing_wrong(tmp_path: Path) -> None:
    validator = shutil.which("appstreamcli")
    if validator is None:
        pytest.skip("appstreamcli is not installed (Debian: appstream)")
    path = tmp_path / f"{appstream.IDENTITY}.metainfo.xml"
    path.write_text(appstream.metainfo("1.0", 1_700_000_000))
    done = subprocess.run(
        [validator, "validate", "--no-net", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_release_is_this_one() -> None:
    assert '<release version="1.0" date="2023-11-14" />' in appstream.metainfo("1.0", 1_700_000_000)
