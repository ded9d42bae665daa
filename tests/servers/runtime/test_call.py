from __future__ import annotations

import json
from typing import Any

import pytest

from servers.runtime import call as calls
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled, ToolError


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(calls, "time", clock)
    return clock


def test_paths_are_reported_once_and_in_order() -> None:
    call = Call(1)
    for path in ("/b", "/a", "/b"):
        call.touch(path)
    assert call.touched == ["/b", "/a"]


def test_progress_grows_and_is_not_sent_too_often(clock: Clock) -> None:
    said: list[dict[str, Any]] = []
    call = Call(1, token="t", send=lambda line: said.append(json.loads(line)["params"]))
    call.progress(1, 10, "one")
    call.progress(2, 10)
    clock.now += 1
    call.progress(1, 10)
    call.progress(3)
    call.progress(10, 10)
    assert said == [
        {"progressToken": "t", "progress": 1, "total": 10, "message": "one"},
        {"progressToken": "t", "progress": 3},
        {"progressToken": "t", "progress": 10, "total": 10},
    ]


def test_without_a_token_nothing_is_reported(clock: Clock) -> None:
    said: list[bytes] = []
    Call(1, send=said.append).progress(1)
    assert said == []


def test_a_cancelled_call_stops_at_its_next_check() -> None:
    call = Call(1)
    call.check()
    call.cancel()
    with pytest.raises(Cancelled):
        call.check()


def test_what_to_do_at_cancelling_is_done_even_if_it_came_first() -> None:
    done: list[int] = []
    call = Call(1)
    call.when_cancelled(lambda: done.append(1))
    call.cancel()
    call.when_cancelled(lambda: done.append(2))
    call.when_cancelled(None)
    call.cancel()
    assert done == [1, 2]


def test_a_call_that_takes_too_long_is_stopped_in_words(clock: Clock) -> None:
    call = Call(1)
    call.check()
    clock.now += calls.CALL_SECONDS + 1
    with pytest.raises(ToolError, match="240 seconds"):
        call.check()


def test_what_goes_wrong_at_cancelling_stays_there(capsys: pytest.CaptureFixture[str]) -> None:
    def gone() -> None:
        raise ProcessLookupError("already ended")

    call = Call(1)
    call.when_cancelled(gone)
    call.cancel()
    assert "already ended" in capsys.readouterr().err
