"""Step one: switches act at once, go back when they could not, and folders can be dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from app.core.folders import grant
from app.core.settings import load
from app.ui.setup.folders import FoldersStep
from app.ui.setup.window import SetupWindow

LONG = 20_000


def accesses(home: str) -> dict[str, str]:
    return {Path(folder.path).name: folder.access for folder in load(home).folders}


def test_a_switch_is_in_force_at_once(window: SetupWindow, home: str, qtbot) -> None:
    row = window.folders.rows[1]
    row.box.click()
    qtbot.waitUntil(lambda: row.in_force == "ask", timeout=LONG)
    row.access.set_value("write")
    row.access.chosen.emit("write")
    qtbot.waitUntil(lambda: row.in_force == "write", timeout=LONG)
    assert accesses(home) == {"Downloads": "write"}
    row.box.click()
    qtbot.waitUntil(lambda: row.in_force is None, timeout=LONG)
    assert accesses(home) == {}


def test_choosing_an_access_grants_the_folder_too(window: SetupWindow, home: str, qtbot) -> None:
    row = window.folders.rows[0]
    row.setFocus()
    qtbot.keyClick(row.access, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: row.in_force == "read", timeout=LONG)
    assert row.box.isChecked()


def test_quick_clicks_end_where_the_last_one_left_them(window: SetupWindow, home: str, qtbot) -> None:
    row = window.folders.rows[0]
    for _ in range(5):
        row.box.click()
    qtbot.waitUntil(lambda: row.in_force == "ask" and not row._busy, timeout=LONG)
    assert accesses(home) == {"Documents": "ask"}


def test_a_switch_that_could_not_be_made_goes_back_and_says_why(
    window: SetupWindow, home: str, account: Path, qtbot, screens
) -> None:
    (account / "Documents").rmdir()
    row = window.folders.rows[0]
    row.box.click()
    qtbot.waitUntil(window.folders.problem.isVisible, timeout=LONG)
    assert not row.box.isChecked()
    assert "is not a folder" in window.folders.problem.text()
    screens("setup-folders-error", window)


def test_a_folder_closed_inside_an_open_one_stays_closed(services, home: str, account: Path, qtbot) -> None:
    private = account / "Documents" / "private"
    private.mkdir()
    grant(home, str(private), "off")
    step = FoldersStep(services)
    qtbot.addWidget(step)
    step.enter()
    qtbot.waitUntil(lambda: bool(step.rows), timeout=LONG)
    row = step.rows[0]
    assert not row.box.isChecked()
    row.box.click()
    qtbot.waitUntil(lambda: row.in_force == "ask", timeout=LONG)
    row.box.click()
    qtbot.waitUntil(lambda: row.in_force == "off", timeout=LONG)
    assert accesses(home) == {"private": "off"}


def test_folders_can_be_dropped_and_files_are_refused(window: SetupWindow, home: str, tmp_path: Path, qtbot) -> None:
    folder, file = tmp_path / "photos\nof ann", tmp_path / "note.txt"
    folder.mkdir()
    file.write_text("x")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in (folder, file)])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPointF(5, 5).toPoint(), copy, mime, left, none)
    window.folders.dragEnterEvent(entering)
    assert entering.isAccepted()
    window.folders.dropEvent(QDropEvent(QPointF(5, 5), copy, mime, left, none))
    qtbot.waitUntil(lambda: len(window.folders.rows) == 5 and window.folders.problem.isVisible(), timeout=LONG)
    assert accesses(home) == {"photos\nof ann": "ask"}
    assert "\n" not in window.folders.rows[4].label.text()


def test_the_folder_for_notes_is_said_to_be_new_and_made_when_it_is_switched_on(
    window: SetupWindow, account: Path, qtbot
) -> None:
    row = window.folders.rows[3]
    assert row.label.text().endswith("(new, for notes)")
    row.tick()
    qtbot.waitUntil(lambda: row.in_force == "ask", timeout=LONG)
    assert (account / "Documents/Notes").is_dir()
