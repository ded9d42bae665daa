from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from app.core.errors import DoorkeepError
from app.gateway import claiming
from app.gateway.claiming import claim, who_serves
from app.gateway.doors import Door
from app.version import VERSION
from tests.fakes.gateway import FakeGateway

BOUND = 30.0


def greet(gateway: FakeGateway, version: str, times: int = 1) -> None:
    for _ in range(times):
        gateway.accept(greet=False).send({"doorkeep": 1, "version": version, "pid": 1})


@pytest.fixture
def held(home: str) -> Iterator[Door]:
    """The door in other hands."""
    door = Door.claim(home)
    assert door is not None
    yield door
    door.close()


def test_a_free_door_is_taken_at_once(home: str) -> None:
    door = claim(home)
    assert door is not None
    assert Door.claim(home) is None
    door.close()


def test_where_one_as_new_serves_nothing_is_taken(home: str, held: Door) -> None:
    gateway = FakeGateway(home)
    thread = threading.Thread(target=lambda: greet(gateway, VERSION), daemon=True)
    thread.start()
    assert claim(home) is None
    thread.join(BOUND)
    gateway.end()


def test_one_that_is_leaving_is_waited_for(home: str) -> None:
    door = Door.claim(home)
    assert door is not None
    timer = threading.Timer(0.2, door.close)
    timer.start()
    mine = claim(home, BOUND)
    assert mine is not None
    mine.close()


def test_one_that_neither_answers_nor_leaves_is_named_in_words(home: str, held: Door) -> None:
    with pytest.raises(DoorkeepError, match="neither answers nor ends"):
        claim(home, 0.1)


@pytest.mark.parametrize(("version", "said"), [("99.0.0", True), (VERSION, False)])
def test_a_newer_one_that_serves_is_named_and_how_to_go_back(home: str, version: str, said: bool) -> None:
    gateway = FakeGateway(home)
    thread = threading.Thread(target=lambda: greet(gateway, version), daemon=True)
    thread.start()
    words = who_serves(home)
    thread.join(BOUND)
    gateway.end()
    assert bool(words) is said
    if said:
        assert "99.0.0" in words
        assert "doorkeep stop" in words


def test_an_older_release_started_by_hand_says_that_a_newer_one_serves(home: str, held: Door) -> None:
    gateway = FakeGateway(home)
    # It is asked to make way first, then who it is.
    thread = threading.Thread(target=lambda: greet(gateway, "99.0.0", times=2), daemon=True)
    thread.start()
    command = [sys.executable, "-m", "app.cli", "gateway", "--home", home]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=False)
    thread.join(BOUND)
    gateway.end()
    assert done.returncode == 1
    assert "Doorkeep 99.0.0 serves this home already" in done.stderr


def test_where_nobody_serves_there_is_nobody_to_name(home: str) -> None:
    assert who_serves(home) == ""
    assert claiming.WAIT_SECONDS > 25
