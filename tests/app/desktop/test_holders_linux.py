from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.desktop.holders_linux import runs_from

if sys.platform != "linux":
    pytest.skip("Linux's way to know", allow_module_level=True)


def test_this_very_process_runs_from_its_interpreters_folder():
    assert runs_from(os.path.dirname(os.path.realpath(sys.executable)))


def test_nothing_runs_from_an_empty_folder_nor_from_one_whose_name_only_begins_alike(tmp_path: Path):
    assert not runs_from(str(tmp_path))
    assert not runs_from(os.path.dirname(os.path.realpath(sys.executable))[:-1])
