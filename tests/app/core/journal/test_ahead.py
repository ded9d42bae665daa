"""The short file in front of the log: what was put is found again, and nothing else ever is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.journal.ahead import ROOM, Ahead
from app.core.journal.database import ahead_of, database_of
from app.core.journal.reader import Reader
from app.core.journal.record import Event
from app.core.journal.verify import verify
from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call, whole_call

Open = Callable[..., Journal]


def event(call: int, kind: str = "opened", body: bytes = b"{}") -> Event:
    return Event(0, call, kind, 1_700_000_000_000 + call, body)


def found(path: Path) -> tuple[list[Event], int]:
    again = Ahead(str(path))
    try:
        return again.found, again.base
    finally:
        again.close(empty=False)


def test_what_was_put_is_found_in_order_with_where_the_log_stood(tmp_path: Path) -> None:
    path = tmp_path / "ahead"
    ahead = Ahead(str(path))
    assert ahead.found == []
    assert ahead.put([event(1), event(1, "decided", b'{"by":"policy"}')], 7)
    assert ahead.put([event(2)], 7)
    assert found(path) == ([event(1), event(1, "decided", b'{"by":"policy"}'), event(2)], 7)
    ahead.close(empty=False)
    assert path.stat().st_mode & 0o077 == 0


def test_frames_of_an_earlier_turn_are_not_found_behind_those_of_a_later_one(tmp_path: Path) -> None:
    ahead = Ahead(str(tmp_path / "ahead"))
    for call in range(3):
        ahead.put([event(call)], 0)
    ahead.taken()
    ahead.put([event(9)], 3)
    assert found(tmp_path / "ahead") == ([event(9)], 3)
    ahead.close(empty=False)


def test_turns_go_on_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "ahead"
    for call in range(4):
        ahead = Ahead(str(path))
        ahead.taken()
        ahead.put([event(call)], call)
        ahead.put([event(call, "decided")], call) if call % 2 == 0 else None
        ahead.close(empty=False)
    assert found(path) == ([event(3)], 3)


def test_what_does_not_fit_is_not_taken(tmp_path: Path) -> None:
    ahead = Ahead(str(tmp_path / "ahead"))
    assert not ahead.put([event(1, body=b"x" * ROOM)], 0)
    assert ahead.put([event(1, body=b"x" * (ROOM - 1000))], 0)
    assert not ahead.put([event(2, body=b"x" * 1000)], 0)
    assert len(found(tmp_path / "ahead")[0]) == 1
    ahead.close(empty=False)


def test_where_no_file_can_be_made_nothing_is_taken(tmp_path: Path) -> None:
    ahead = Ahead(str(tmp_path / "missing" / "ahead"))
    assert not ahead.put([event(1)], 0)
    ahead.forget()
    ahead.close(empty=True)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 400), garbage=st.binary(max_size=40))
def test_a_torn_or_foreign_end_leaves_whole_frames_only(
    tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: bytes
) -> None:
    path = tmp_path_factory.mktemp("torn") / "ahead"
    ahead = Ahead(str(path))
    put = [event(call, body=b"b" * 40) for call in range(4)]
    ends: list[int] = []
    for one in put:
        ahead.put([one], 0)
        ends.append(ahead._at)  # pyright: ignore[reportPrivateUsage] - where a frame ends is what the test cuts at
    ahead.close(empty=False)
    content = path.read_bytes()
    path.write_bytes(content[:cut] + garbage + bytes(max(0, ROOM - cut - len(garbage))))
    events, _ = found(path)
    assert events == put[: len(events)]
    assert len(events) >= sum(end <= cut for end in ends)


def test_a_call_whose_end_was_only_written_ahead_is_not_lost(journals: Open, home: str) -> None:
    journal = journals()
    whole_call(journal)
    call = open_call(journal)
    journal.commit()
    close_call(journal, call)
    before = Path(database_of(home)).read_bytes(), Path(database_of(home) + "-wal").read_bytes()
    journal.secure()
    content = Path(ahead_of(home)).read_bytes()
    journal.close()
    for suffix, part in zip(("", "-wal"), before, strict=True):
        Path(database_of(home) + suffix).write_bytes(part)
    Path(home, "journal", "head").unlink()
    Path(ahead_of(home)).write_bytes(content)
    again = journals()
    assert again.recovered == []
    with Reader(home) as reader:
        assert [record.outcome for record in reader.query().records] == ["ok", "ok"]
    assert verify(home).whole
    again.close()
    assert os.path.getsize(ahead_of(home)) == 0


def test_what_the_log_has_already_is_not_written_twice(journals: Open, home: str) -> None:
    journal = journals()
    call = open_call(journal)
    journal.secure()
    content = Path(ahead_of(home)).read_bytes()
    close_call(journal, call)
    journal.commit()
    journal.close()
    Path(ahead_of(home)).write_bytes(content)
    assert journals().recovered == []
    assert verify(home).calls == 1
    with Reader(home) as reader:
        assert [record.outcome for record in reader.query().records] == ["ok"]


def test_a_call_of_a_log_that_was_replaced_goes_on_in_the_new_one(journals: Open, home: str) -> None:
    journal = journals()
    whole_call(journal)
    call = open_call(journal)
    journal.secure()
    content = Path(ahead_of(home)).read_bytes()
    journal.close()
    Path(database_of(home)).write_bytes(b"no database" * 1000)
    Path(ahead_of(home)).write_bytes(content)
    again = journals()
    assert again.recovered == [call]
    with Reader(home) as reader:
        assert [(record.id, record.outcome) for record in reader.query().records] == [(call, "lost")]
    assert verify(home).whole
