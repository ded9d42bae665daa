"""One of the last calls on Home."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.core.journal.record import CallRecord, timestamp
from app.ui.home.call_row import CallRow


@pytest.fixture
def row(theme, qtbot) -> CallRow:
    made = CallRow(theme)
    qtbot.addWidget(made)
    made.resize(600, made.height())
    return made


def test_it_says_who_did_what_where_and_what_was_decided(row: CallRow) -> None:
    record = CallRecord(3, timestamp(0), "claude-ai 1", server="filesystem", tool="read_file", paths=["/d/a.md"])
    record.outcome = "denied"
    row.show_record(record)
    assert row.said.text() == "Claude Desktop wanted to read a.md · /d"
    assert row.accessibleName().endswith("Denied")


def test_mouse_and_keyboard_open_it(row: CallRow, qtbot) -> None:
    row.show_record(CallRecord(3, timestamp(0)))
    with qtbot.waitSignal(row.picked) as picked:
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert picked.args == [3]
    with qtbot.waitSignal(row.picked):
        qtbot.keyClick(row, Qt.Key.Key_Return)


def test_a_record_with_a_broken_time_is_shown_without_one(row: CallRow) -> None:
    row.show_record(CallRecord(3, "yesterday"))
    assert row.when.text() == ""
