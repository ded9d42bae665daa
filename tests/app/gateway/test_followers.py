from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.control.messages import Event
from app.gateway import followers
from app.gateway.channel import Channel
from app.gateway.followers import Followers


class Hub:
    """A loop that writes nothing."""

    def __init__(self) -> None:
        self.dirty: list[Channel] = []

    def rewatch(self, channel: Channel) -> None: ...

    def drop(self, channel: Channel) -> None: ...

    def shut(self, channel: Channel) -> None: ...

    def soon(self, fn: Callable[[], None]) -> None: ...


class Source:
    """Where records come from; `asked` says whether anybody wants them."""

    def __init__(self) -> None:
        self.asked = 0

    def follow(self, follower: Callable[[Any], None]) -> Callable[[], None]:
        self.asked += 1

        def stop() -> None:
            self.asked -= 1

        return stop


def channel() -> Channel:
    return Channel(Hub(), 0, 0, lambda _: None)


def heard(one: Channel) -> list[dict[str, Any]]:
    lines = [json.loads(bytes(line)) for line in one.out if len(line) < 10_000]
    one.wrote(one.pending)
    return lines


def test_every_follower_hears_a_record_as_one_line() -> None:
    all_, one, other = Followers(), channel(), channel()
    all_.add(one)
    all_.add(other)
    all_.record({"id": 1, "outcome": "ok"})
    assert heard(one) == heard(other) == [{"event": "call", "record": {"id": 1, "outcome": "ok"}}]


def test_records_are_asked_for_only_while_somebody_follows() -> None:
    all_, one = Followers(), channel()
    all_.source = source = Source()
    all_.add(one)
    all_.add(one)
    assert source.asked == 1
    all_.remove(one)
    all_.remove(one)
    assert source.asked == 0
    all_.publish(Event("gateway", state="paused"))
    assert heard(one) == []


def test_one_that_reads_too_slowly_misses_events_and_is_told_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "BEHIND", 100_000)
    all_, slow, quick = Followers(), channel(), channel()
    all_.add(slow)
    all_.add(quick)
    slow.write(b"x" * 100_001)
    for _ in range(3):
        all_.publish(Event("gateway", state="paused"))
    assert len(heard(quick)) == 3
    assert heard(slow) == []
    all_.publish(Event("gateway", state="running"))
    assert heard(slow) == [{"event": "missed", "count": 3}, {"event": "gateway", "state": "running"}]
