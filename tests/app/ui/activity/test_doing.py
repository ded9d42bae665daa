"""What can be done about a call."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.core import settings
from app.ui.activity.doing import Doing


def test_asking_next_time_is_a_line_of_the_settings(services, qtbot, live) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    Doing(services, parent).ask_next_time(live(1, tool="write_file"))
    qtbot.waitUntil(lambda: "filesystem" in settings.load(services.home).servers, timeout=20_000)
    assert settings.load(services.home).servers["filesystem"].tools == {"write_file": "ask"}


def test_the_export_holds_what_the_filter_takes(services, written, qtbot, tmp_path: Path) -> None:
    written(20)
    parent = QWidget()
    qtbot.addWidget(parent)
    doing = Doing(services, parent)
    doing.filter = lambda: "decision:denied"
    out = tmp_path / "log.csv"
    doing.export_to(str(out))
    qtbot.waitUntil(out.exists, timeout=20_000)
    assert len(list(csv.reader(out.read_text("utf-8-sig").splitlines()))) == 5


def test_an_undo_without_a_gateway_fails_through_the_door(services, errors, qtbot, live) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    Doing(services, parent).undo(live(1, change_id="c1"))
    qtbot.waitUntil(lambda: bool(errors), timeout=20_000)
    assert "gateway" in str(errors[0]).lower()
