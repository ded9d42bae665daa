"""Where rows come from."""

from __future__ import annotations

import pytest

from app.core.journal.filter import FilterError
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
