"""What can be done about a call."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core import settings
from app.ui.activity import doing as room
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


@pytest.mark.parametrize(("server", "tool"), [("filesystem", "undo"), ("git", "git_undo"), ("notes", "undo_note")])
def test_a_change_is_taken_back_by_its_server_s_own_tool(
    services, live, qtbot, monkeypatch: pytest.MonkeyPatch, server: str, tool: str
) -> None:
    called: list[tuple[str, str, dict[str, str]]] = []

    class Session:
        def __init__(self, _home: str, server: str) -> None:
            self.server = server

        def __enter__(self) -> Session:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing to let go."""

        def call_tool(self, name: str, arguments: dict[str, str]) -> dict[str, object]:
            called.append((self.server, name, arguments))
            return {"content": []}

    monkeypatch.setattr(room, "SessionClient", Session)
    parent = QWidget()
    qtbot.addWidget(parent)
    Doing(services, parent).undo(live(1, server=server, change_id="c1"))
    qtbot.waitUntil(lambda: bool(called), timeout=20_000)
    assert called == [(server, tool, {"change_id": "c1"})]


def test_the_export_asks_for_a_file_without_keeping_anyone_waiting(services, qtbot, tmp_path: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    asked: list[str] = []
    doing = Doing(services, parent)
    doing.export_to = asked.append  # type: ignore[method-assign]
    doing.export()
    dialog = parent.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.defaultSuffix() == "csv"
    dialog.filterSelected.emit("JSON lines (*.jsonl)")
    assert dialog.defaultSuffix() == "jsonl"
    dialog.fileSelected.emit(str(tmp_path / "x.jsonl"))
    dialog.reject()
    assert asked == [str(tmp_path / "x.jsonl")]


def test_an_undo_without_a_gateway_fails_through_the_door(services, errors, qtbot, live) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    Doing(services, parent).undo(live(1, change_id="c1"))
    qtbot.waitUntil(lambda: bool(errors), timeout=20_000)
    assert "gateway" in str(errors[0]).lower()
