from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.settings import load
from app.demo_ground import DIARY, REPORT, Ground, LiveLog, end_gateway
from tests.fakes.house import House


@pytest.fixture
def house(home: str) -> Iterator[House]:
    house = House(home)
    house.start()
    yield house
    house.end()


def test_the_sample_is_real_files_and_the_grant_that_makes_them_writable():
    ground = Ground()
    try:
        assert ground.read("report.md") == REPORT
        assert [(folder.path, folder.access) for folder in load(ground.home).folders] == [(ground.folder, "write")]
        assert Path(ground.path("shortcut.txt")).read_text() == DIARY
        assert not ground.outside.startswith(ground.folder)
    finally:
        ground.close()


def test_a_folder_of_the_users_is_granted_for_reading_and_stays(folder: Path):
    before = sorted(folder.rglob("*"))
    ground = Ground(str(folder))
    assert [granted.access for granted in load(ground.home).folders] == ["read"]
    ground.close()
    assert sorted(folder.rglob("*")) == before


def test_nothing_of_it_stays_and_closing_twice_is_no_error():
    ground = Ground()
    ground.close()
    ground.close()
    assert not os.path.exists(ground.root)


def test_the_gateway_of_a_home_is_ended(house: House):
    end_gateway(house.home)
    assert house.wait() == 0


def test_where_no_gateway_runs_there_is_none_to_end(home: str):
    end_gateway(home)


def test_each_finished_call_is_told_once_as_it_happens(house: House):
    log = LiveLog(house.home)
    house.call("echo", mark=1)
    house.call("pid")
    assert [log.next()["tool"], log.next()["tool"]] == ["echo", "pid"]
    with pytest.raises(TimeoutError):
        log.next(seconds=0.1)
    house.end()
    with pytest.raises(TimeoutError):
        log.next()
