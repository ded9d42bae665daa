"""The activity page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.core.journal import select
from app.ui.activity import model as rows
from app.ui.activity import page as room
from app.ui.activity.page import ActivityPage


@pytest.fixture
def page(services, qtbot, written) -> ActivityPage:
    written(260)
    made = ActivityPage(services)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.opened({})
    qtbot.waitUntil(lambda: made.model.rowCount() >= 200, timeout=20_000)
    return made


def test_it_opens_at_the_end_and_follows(page: ActivityPage, services, link, qtbot, live) -> None:
    newest = page.model.newest
    link.record.emit(live(newest + 1, outcome="running"))
    qtbot.waitUntil(lambda: page.model.newest == newest + 1, timeout=20_000)
    bar = page.table.verticalScrollBar()
    assert page.following
    assert bar.value() == bar.maximum()


def test_scrolling_up_stops_following_and_the_pill_leads_back(page: ActivityPage, link, qtbot, live) -> None:
    bar = page.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    assert not page.following
    before = bar.value()
    link.record.emit(live(page.model.newest + 1))
    qtbot.waitUntil(page._pill.isVisible, timeout=20_000)
    assert "1" in page._pill.text()
    assert bar.value() == before
    qtbot.mouseClick(page._pill, Qt.MouseButton.LeftButton)
    assert page.following
    assert bar.value() == bar.maximum()


def test_older_rows_come_without_a_jump(page: ActivityPage, qtbot) -> None:
    bar = page.table.verticalScrollBar()
    bar.setValue(40)
    top = page.model.record(page.table.rowAt(2)).id
    qtbot.waitUntil(lambda: page.model.rowCount() == 260, timeout=20_000)
    assert page.model.record(page.table.rowAt(2)).id == top


def test_a_row_opens_in_the_inspector_and_changes_there_as_it_changes(page: ActivityPage, link, qtbot, live) -> None:
    id_ = page.model.newest + 1
    link.record.emit(live(id_, outcome="running"))
    qtbot.waitUntil(lambda: page.model.newest == id_, timeout=20_000)
    page.table.selectRow(page.model.rowCount() - 1)
    assert page.inspector.isVisible()
    link.record.emit(live(id_, outcome="ok", result_preview="done"))
    qtbot.waitUntil(lambda: "done" in page.inspector.as_text(), timeout=20_000)


def test_a_chip_is_a_word_of_the_filter(page: ActivityPage, qtbot) -> None:
    chip = page.chips._chips["decision:denied"]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert page.search_field.text() == "decision:denied"
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() <= 52, timeout=20_000)
    assert {page.model.record(row).outcome for row in range(page.model.rowCount())} == {"denied"}
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert page.search_field.text() == ""


def test_a_filter_that_cannot_be_read_keeps_the_rows_and_says_why(page: ActivityPage, qtbot) -> None:
    page.search_field.setText("decision:perhaps")
    qtbot.keyClick(page.search_field, Qt.Key.Key_Return)
    assert "perhaps" in page._state.text()
    assert page.model.rowCount() >= 200


def test_nothing_found_is_said(page: ActivityPage, qtbot) -> None:
    page.search_field.setText("server:nowhere")
    qtbot.keyClick(page.search_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Nothing" in page._state.text(), timeout=20_000)


def test_an_empty_log_has_its_one_button(services, gone, qtbot) -> None:
    made = ActivityPage(services)
    qtbot.addWidget(made)
    made.opened({})
    qtbot.waitUntil(lambda: made._views.currentIndex() == 1, timeout=20_000)


def test_it_looks_right(page: ActivityPage, screens, qtbot) -> None:
    page.resize(1080, 720)
    screens("activity", page)
    page.table.selectRow(page.model.rowCount() - 3)
    qtbot.wait(1)
    screens("activity-inspector", page)
    assert page.inspector.isVisible()


def test_an_empty_log_says_what_it_is_for(services, qtbot, screens) -> None:
    page = ActivityPage(services)
    qtbot.addWidget(page)
    page.resize(860, 700)
    page.show()
    page.opened({})
    qtbot.waitUntil(lambda: page._views.currentIndex() == 1, timeout=20_000)
    screens("activity-empty", page)


def test_a_filter_that_finds_nothing_or_cannot_be_read_says_so(page: ActivityPage, qtbot, screens) -> None:
    page.opened({"filter": "nothing-has-this-word"})
    qtbot.waitUntil(lambda: page._state.text() == "Nothing fits this filter.", timeout=20_000)
    screens("activity-nothing", page)
    page.opened({"filter": "since:yesterdayish"})
    assert page._state.text()
    screens("activity-error", page)


def test_a_refused_call_offers_to_allow_its_folder(page: ActivityPage, qtbot, screens) -> None:
    row = next(row for row in range(page.model.rowCount()) if page.model.record(row).outcome == "denied")
    page.table.selectRow(row)
    screens("activity-denied", page)
    assert page.inspector._grant.isVisible()


def test_what_came_while_reading_above_is_counted(page: ActivityPage, link, qtbot, live, screens) -> None:
    bar = page.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    for number in range(12):
        link.record.emit(live(page.model.newest + 1 + number))
    qtbot.waitUntil(lambda: "12" in page._pill.text(), timeout=20_000)
    screens("activity-new", page)


def test_reading_above_stays_put_however_much_comes_and_the_pill_reads_the_end_anew(
    page: ActivityPage, link, qtbot, live, written, monkeypatch
) -> None:
    monkeypatch.setattr(rows, "MOST", page.model.rowCount())
    bar = page.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    top, first = bar.value(), page.model.record(page.table.rowAt(2)).id
    for id_ in written(30):
        link.record.emit(live(id_))
    qtbot.waitUntil(lambda: "30" in page._pill.text(), timeout=20_000)
    assert (bar.value(), page.model.record(page.table.rowAt(2)).id) == (top, first)
    qtbot.mouseClick(page._pill, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.newest == 290, timeout=20_000)
    assert page.following
    assert bar.value() == bar.maximum()


def test_a_search_that_lasts_says_how_far_it_is_and_can_be_ended(page: ActivityPage, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(room, "SLOW_MS", 0)
    page._slow.setInterval(0)
    monkeypatch.setattr(select, "FIRST_SLICE", 2)
    monkeypatch.setattr(select, "LARGEST_SLICE", 2)
    page.services.background.hold()
    page.opened({"filter": "hello"})
    qtbot.waitUntil(page._stop.isVisible, timeout=20_000)
    assert page._state.text() == "Searched 0 % of the log…"
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    assert not page._stop.isVisible()
    assert page._state.text() == "Stopped after 0 % of the log."
    assert not page.source.reading
    page.services.background.go_on()
