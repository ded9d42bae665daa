"""Following: from the gateway while it runs, from the log while it does not, each state once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from app.commands import log_follow as room
from app.commands.log_follow import Follower
from app.core.errors import GatewayUnreachableError
from app.core.journal.filter import parse
from app.core.journal.reader import Reader
from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call, whole_call


class FakeControl:
    """A gateway's end of the control connection: plays what it was given, then is gone."""

    def __init__(self, *played: Callable[[], Iterator[Any]] | Any) -> None:
        self.played = played
        self.closed = False

    def call(self, name: str, /) -> Any:
        assert name == "follow"

    def events(self, seconds: float | None = None) -> Iterator[Any]:
        for event in self.played:
            yield event() if callable(event) else event
        raise GatewayUnreachableError("gone")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def journal(home: str) -> Iterator[Journal]:
    journal = Journal.open(home)
    yield journal
    journal.close()


@pytest.fixture
def reader(home: str) -> Iterator[Reader]:
    with Reader(home) as reader:
        yield reader


def event(journal: Journal, call: int) -> Any:
    """What a gateway pushes of a call as it stands."""
    return SimpleNamespace(event="call", record=msgspec.json.decode(msgspec.json.encode(journal.record(call))))


def told(follower: Follower, count: int) -> list[tuple[int, str]]:
    """The first `count` records, as id and outcome; nothing sleeps."""
    naps = itertools.count()

    def nap(_seconds: float) -> None:
        assert next(naps) < 100, "nothing more is told"

    return [(record.id, record.outcome) for record in itertools.islice(follower.records(nap), count)]


def nobody(_home: str) -> None:
    return None


def test_without_a_gateway_the_log_is_read_from_its_end(journal: Journal, reader: Reader) -> None:
    whole_call(journal)
    follower = Follower(reader, parse(""), reader.cursor(), nobody)
    whole_call(journal)
    whole_call(journal)
    assert told(follower, 2) == [(2, "ok"), (3, "ok")]


def test_what_happens_while_it_waits_is_told(journal: Journal, reader: Reader) -> None:
    follower = Follower(reader, parse(""), 0, nobody)

    def nap(_seconds: float) -> None:
        whole_call(journal)

    records = follower.records(nap)
    assert [next(records).id, next(records).id] == [1, 2]


def test_a_running_gateway_pushes(journal: Journal, reader: Reader) -> None:
    call = open_call(journal)
    journal.commit()
    running = event(journal, call)
    close_call(journal, call)
    over = event(journal, call)
    control = FakeControl(running, over)
    cursor = reader.cursor()
    assert told(Follower(reader, parse(""), cursor, lambda _home: control), 2) == [(call, "running"), (call, "ok")]


def test_no_state_is_told_twice_when_the_log_tells_it_too(journal: Journal, reader: Reader) -> None:
    call = whole_call(journal)
    control = FakeControl(event(journal, call), event(journal, call), lambda: event(journal, whole_call(journal)))
    assert told(Follower(reader, parse(""), 0, lambda _home: control), 2) == [(1, "ok"), (2, "ok")]


def test_a_state_that_comes_late_is_not_told_again(journal: Journal, reader: Reader) -> None:
    call = open_call(journal)
    journal.commit()
    stale = event(journal, call)
    close_call(journal, call)
    journal.commit()
    control = FakeControl(stale, lambda: event(journal, whole_call(journal)))
    assert told(Follower(reader, parse(""), 0, lambda _home: control), 2) == [(1, "ok"), (2, "ok")]


def test_missed_events_are_read_from_the_log(journal: Journal, reader: Reader) -> None:
    def missed() -> Any:
        whole_call(journal)
        return SimpleNamespace(event="missed", count=3)

    assert told(Follower(reader, parse(""), 0, lambda _home: FakeControl(missed)), 1) == [(1, "ok")]


def test_other_events_are_passed_over(journal: Journal, reader: Reader) -> None:
    control = FakeControl(SimpleNamespace(event="gateway", state="paused"), lambda: event(journal, whole_call(journal)))
    assert told(Follower(reader, parse(""), 0, lambda _home: control), 1) == [(1, "ok")]


def test_pushed_records_obey_the_filter(journal: Journal, reader: Reader) -> None:
    control = FakeControl(
        lambda: event(journal, whole_call(journal, server="git")),
        lambda: event(journal, whole_call(journal, server="notes")),
    )
    assert told(Follower(reader, parse("server:notes"), 0, lambda _home: control), 1) == [(2, "ok")]


def test_when_the_gateway_goes_the_log_tells_on_and_the_gateway_is_sought_again(
    journal: Journal, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "KNOCK", 0.0)
    controls = [
        FakeControl(lambda: event(journal, whole_call(journal))),
        FakeControl(lambda: event(journal, whole_call(journal))),
    ]
    waiting = iter(controls)
    follower = Follower(reader, parse(""), 0, lambda _home: next(waiting, None))
    assert told(follower, 2) == [(1, "ok"), (2, "ok")]
    assert controls[0].closed


def test_memory_of_what_was_told_is_bounded(journal: Journal, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "REMEMBERED", 3)
    for _ in range(10):
        whole_call(journal)
    follower = Follower(reader, parse(""), 0, nobody)
    assert len(told(follower, 10)) == 10
    assert len(follower._seen) == 3


def test_no_gateway_is_none(home: str) -> None:
    assert room.connect(home) is None
