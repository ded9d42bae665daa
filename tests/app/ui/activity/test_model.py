"""The log as rows."""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.core.journal.record import CallRecord
from app.ui.activity import model as m
from app.ui.activity.model import RECORD, LogModel, clock
from app.ui.activity.table import LogTable


def checked() -> tuple[LogModel, QAbstractItemModelTester]:
    made = LogModel()
    return made, QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)


def test_rows_are_ordered_by_id_whatever_order_they_come_in(qapp, live) -> None:
    model, _tester = checked()
    model.show([live(5), live(7)])
    model.prepend([live(1), live(3)])
    assert model.take([live(9), live(8)]) == 2
    assert [model.record(row).id for row in range(model.rowCount())] == [1, 3, 5, 7, 8, 9]
    assert (model.oldest, model.newest) == (1, 9)


def test_a_known_row_is_updated_in_place(qapp, qtbot, live) -> None:
    model, _tester = checked()
    model.show([live(1, outcome="running")])
    with qtbot.waitSignal(model.dataChanged):
        assert model.take([live(1, outcome="ok")]) == 0
    assert model.record(0).outcome == "ok"


def test_a_record_older_than_the_window_is_not_put_at_its_end(qapp, live) -> None:
    model, _tester = checked()
    model.show([live(10)])
    assert model.take([live(4)]) == 0
    assert model.rowCount() == 1


def test_two_events_of_one_new_call_are_one_row(qapp, live) -> None:
    model, _tester = checked()
    assert model.take([live(1, outcome="running"), live(1, outcome="ok")]) == 1
    assert model.record(0).outcome == "ok"


def test_the_window_is_bounded(qapp, live, monkeypatch) -> None:
    monkeypatch.setattr(m, "MOST", 10)
    model, _tester = checked()
    model.take([live(number) for number in range(100, 120)])
    assert (model.rowCount(), model.newest) == (10, 119)
    model.prepend([live(number) for number in range(50, 55)])
    assert (model.rowCount(), model.oldest) == (10, 50)


def held() -> int:
    """Records that live anywhere in this process."""
    gc.collect()
    return sum(type(one) is CallRecord for one in gc.get_objects())


def test_twenty_thousand_rows_come_and_go_before_a_table_without_a_leak(qapp, qtbot, theme, live) -> None:
    model = LogModel()
    table = LogTable(model, theme)
    qtbot.addWidget(table)
    table.show()
    records, nothing = held(), sys.getrefcount(None)
    for start in range(1, 40_001, 500):
        model.take([live(number) for number in range(start, start + 500)])
        table.scrollToBottom()
        qapp.processEvents()
    assert model.rowCount() == m.MOST
    assert model.data(model.index(0, 2)) == "read b.md"
    assert held() - records <= m.MOST + 1
    model.show([])
    qapp.processEvents()
    assert held() - records <= 1
    assert abs(sys.getrefcount(None) - nothing) < 2000  # a binding that loses one with each row ends the program


def test_a_row_says_itself(qapp, live) -> None:
    model = LogModel()
    model.show([live(1, outcome="denied", decision="denied", duration_ms=12.0)])
    cells = [model.data(model.index(0, column)) for column in range(5)]
    assert cells[1:] == ["Claude Desktop", "wanted to read b.md", "Denied", "12 ms"]
    assert "Claude Desktop wanted to read b.md" in model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert model.data(model.index(0, 0), RECORD).id == 1
    assert model.headerData(2, Qt.Orientation.Horizontal) == "What"


def test_a_broken_time_is_no_time() -> None:
    assert clock("nonsense") == ""
    assert len(clock("2026-11-21T10:00:00.000Z")) == 8


def test_what_comes_while_someone_reads_above_moves_no_row_and_leaves_no_hole(qapp, live, monkeypatch) -> None:
    monkeypatch.setattr(m, "MOST", 10)
    model, _tester = checked()
    model.show([live(number) for number in range(1, 9)])
    assert model.take([live(9), live(10)], keep_top=True) == 2
    assert model.has_end
    assert model.take([live(11)], keep_top=True) == 1
    assert model.take([live(11, outcome="ok"), live(12)], keep_top=True) == 1
    assert (model.rowCount(), model.oldest, model.newest) == (10, 1, 10)
    assert not model.has_end
    assert model.take([live(13)]) == 1
    assert model.newest == 10
    assert model.take([live(10, outcome="error")], keep_top=True) == 0
    assert model.record(9).outcome == "error"


def test_older_pages_that_push_the_newest_out_are_known_to(qapp, live, monkeypatch) -> None:
    monkeypatch.setattr(m, "MOST", 10)
    model, _tester = checked()
    model.show([live(number) for number in range(11, 21)])
    model.prepend([live(number) for number in range(6, 11)])
    assert not model.has_end
    assert model.take([live(21)]) == 1
    assert (model.oldest, model.newest) == (6, 15)
    model.show([live(21)])
    assert model.has_end
