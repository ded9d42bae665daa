from __future__ import annotations

from pathlib import Path

import pytest

import app.bridge.seeking as room
from app.bridge.offline import STOPPED, UNREACHABLE
from app.bridge.seeking import CALM_SECONDS, RETURN_SECONDS, START_SECONDS, Seeking


class Clock:
    now = 100.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(room, "monotonic", lambda: clock.now)
    return clock


def try_until_given_up(seeking: Seeking, clock: Clock) -> tuple[int, int]:
    """(tries, starts) until the search ends."""
    tries = starts = 0
    while seeking.on:
        clock.now += seeking.due()
        tries += 1
        starts += seeking.failed()
    return tries, starts


def test_a_gateway_is_started_once_and_looked_for_until_the_bound(home: str, clock: Clock):
    seeking = Seeking(home)
    seeking.begin(launch=True)
    assert seeking.due() == 0
    tries, starts = try_until_given_up(seeking, clock)
    assert starts == 1
    assert 10 < tries < 100
    assert START_SECONDS <= clock.now - 100 < START_SECONDS + 1
    assert seeking.words == UNREACHABLE


def test_while_nobody_waits_no_gateway_is_started(home: str, clock: Clock):
    seeking = Seeking(home)
    seeking.begin(launch=False)
    assert try_until_given_up(seeking, clock)[1] == 0
    assert clock.now - 100 < RETURN_SECONDS + 1


def test_a_call_that_comes_during_the_quiet_search_may_start_one(home: str, clock: Clock):
    seeking = Seeking(home)
    seeking.begin(launch=False)
    assert seeking.failed() is False
    seeking.begin(launch=True)
    assert seeking.failed() is True


def test_when_the_user_stopped_doorkeep_nothing_is_started(home: str, clock: Clock):
    Path(home, "stopped").touch()
    seeking = Seeking(home)
    seeking.begin(launch=True)
    assert try_until_given_up(seeking, clock) == (1, 0)
    assert seeking.words == STOPPED


def test_after_a_start_that_failed_calls_are_refused_at_once_for_a_while(home: str, clock: Clock):
    seeking = Seeking(home)
    seeking.begin(launch=True)
    try_until_given_up(seeking, clock)
    seeking.begin(launch=True)
    assert try_until_given_up(seeking, clock) == (1, 0)
    clock.now += CALM_SECONDS
    seeking.begin(launch=True)
    assert try_until_given_up(seeking, clock)[1] == 1


def test_a_gateway_that_hangs_up_before_its_greeting_is_not_asked_in_a_loop(home: str, clock: Clock):
    seeking = Seeking(home)
    seeking.begin(launch=True)
    seeking.interrupted()
    assert seeking.due() > 0
