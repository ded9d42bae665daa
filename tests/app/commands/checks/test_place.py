from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.bridge.home import address
from app.commands.checks.place import check_home


def states(home: str, check: str) -> list[str]:
    return [finding.state for finding in check_home(home) if finding.check == check]


def test_a_home_of_ours_alone_is_in_order(home: str):
    assert states(home, "home") == ["ok"]
    assert states(home, "socket") == ["ok"]


def test_a_home_that_is_not_there_yet_is_no_problem(home: str):
    os.rmdir(home)
    assert states(home, "home") == ["note"]


def test_a_home_open_to_others_is_a_problem_with_the_command_that_mends_it(home: str):
    os.chmod(home, 0o755)
    [finding] = [finding for finding in check_home(home) if finding.check == "home"]
    assert finding.state == "problem"
    assert "chmod 700" in finding.fix


def test_a_file_in_the_place_of_home_is_a_problem(home: str):
    os.rmdir(home)
    Path(home).touch()
    assert states(home, "home") == ["problem"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_is_a_problem(home: str):
    os.chmod(home, 0o500)
    assert states(home, "home") == ["problem"]
    os.chmod(home, 0o700)


def test_a_socket_folder_open_to_others_is_a_problem(home: str):
    os.makedirs(os.path.dirname(address(home)))
    os.chmod(os.path.dirname(address(home)), 0o777)
    assert states(home, "socket") == ["problem"]


@pytest.mark.parametrize(("free", "state"), [(5 << 30, "ok"), (500 << 20, "warning"), (50 << 20, "problem")])
def test_little_room_is_told(home: str, monkeypatch: pytest.MonkeyPatch, free: int, state: str):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    assert states(home, "disk") == [state]
