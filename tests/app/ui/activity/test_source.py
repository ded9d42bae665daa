"""Where rows come from."""

from __future__ import annotations

import pytest

from app.core.journal import select
from app.core.journal.filter import FilterError
from app.ui.activity import source as room
from app.ui.activity.source import LogSource


def test_the_newest_page_comes_first_and_older_ones_on_request(services, written, qtbot) -> None:
    ids = written(450)
    source = LogSource(services)
    with qtbot.waitSignal(source.begun, timeout=20_000) as begun:
        source.begin("")
    assert [record.id for record in begun.args[0]] == ids[-200:]
    qtbot.waitUntil(lambda: not source._reading, timeout=20_000)
    with qtbot.waitSignal(source.older, timeout=20_000) as older:
        source.more(ids[-200])
    assert [record.id for record in older.args[0]] == ids[-400:-200]


def test_a_filter_is_executed_by_the_log(services, written, qtbot) -> None:
    written(50)
    source = LogSource(services)
    with qtbot.waitSignal(source.begun, timeout=20_000) as begun:
        source.begin("decision:denied")
    assert {record.outcome for record in begun.args[0]} == {"denied"}
    assert len(begun.args[0]) == 10


def test_a_filter_that_cannot_be_read_is_said_at_once(services) -> None:
    with pytest.raises(FilterError):
        LogSource(services).begin("decision:maybe")


def test_live_records_come_in_batches_and_only_if_the_filter_takes_them(services, link, qtbot, live) -> None:
    source = LogSource(services)
    with qtbot.waitSignal(source.begun, timeout=20_000):
        source.begin("outcome:denied")
    with qtbot.waitSignal(source.live, timeout=20_000) as came:
        link.record.emit(live(1, outcome="ok"))
        link.record.emit(live(2, outcome="denied", decision="denied"))
        link.record.emit(live(3, outcome="denied", decision="denied"))
    assert [record.id for record in came.args[0]] == [2, 3]


def test_no_log_yet_is_an_empty_page(services, qtbot) -> None:
    source = LogSource(services)
    with qtbot.waitSignal(source.begun, timeout=20_000) as begun:
        source.begin("")
    assert begun.args[0] == []


def test_the_first_record_after_a_rest_is_handed_on_without_waiting_for_a_batch(
    services, link, qtbot, live, monkeypatch
) -> None:
    source = LogSource(services)
    with qtbot.waitSignal(source.begun, timeout=20_000):
        source.begin("")
    monkeypatch.setattr(room, "LIVE_MS", 3_600_000)
    source._handed_on = -3_600_000.0
    with qtbot.waitSignal(source.live, timeout=20_000):
        link.record.emit(live(1))
    link.record.emit(live(2))
    assert source._soon.remainingTime() > 3_000_000


def test_what_comes_while_the_first_page_is_read_follows_it(services, written, link, qtbot, live) -> None:
    ids = written(20)
    source = LogSource(services)
    came: list[list[int]] = []
    source.begun.connect(lambda records: came.append([record.id for record in records]))
    source.live.connect(lambda records: came.append([record.id for record in records]))
    services.background.hold()
    source.begin("")
    link.record.emit(live(ids[-1] + 1))
    qtbot.waitUntil(lambda: not source._soon.isActive(), timeout=20_000)
    assert came == []
    services.background.go_on()
    qtbot.waitUntil(lambda: len(came) == 2, timeout=20_000)
    assert came == [ids, [ids[-1] + 1]]


def test_a_new_filter_lets_through_only_what_it_takes_of_what_waits(services, link, qtbot, live) -> None:
    source = LogSource(services)
    services.background.hold()
    source.begin("")
    link.record.emit(live(1, outcome="ok"))
    link.record.emit(live(2, outcome="denied"))
    source.begin("outcome:denied")
    services.background.go_on()
    with qtbot.waitSignal(source.live, timeout=20_000) as came:
        pass
    assert [record.id for record in came.args[0]] == [2]


def test_a_search_that_is_stopped_gives_nothing_more_and_live_records_go_on(
    services, written, link, qtbot, live, monkeypatch
) -> None:
    monkeypatch.setattr(select, "FIRST_SLICE", 4)
    monkeypatch.setattr(select, "LARGEST_SLICE", 4)
    written(400)
    source = LogSource(services)
    given: list[float] = []
    source.busy.connect(given.append)
    with qtbot.waitSignal(source.begun, timeout=20_000):
        source.begin("hello 3")
        source.begun.connect(lambda _records: source.stop())
    assert not source.reading
    assert services.background.finish(20_000)
    seen = list(given)
    qtbot.wait(1)
    assert given == seen
    assert all(done < 1.0 for done in given)
    with qtbot.waitSignal(source.live, timeout=20_000):
        link.record.emit(live(1000, result_preview="hello 3"))


def test_a_search_stopped_before_it_found_anything_shows_nothing_of_the_filter_before(services, qtbot) -> None:
    source = LogSource(services)
    services.background.hold()
    source.begin("hello")
    with qtbot.waitSignal(source.begun) as begun:
        source.stop()
    assert begun.args[0] == []
    source.stop()


def test_only_the_newest_reading_may_fail_aloud_for_the_page(services, errors, qtbot) -> None:
    source = LogSource(services)
    source.begin("")
    old = source._turn
    source.begin("")
    source._failed(old, ValueError("x"))
    assert source.reading
    qtbot.waitUntil(lambda: not source.reading, timeout=20_000)
