"""The page without folders."""

from __future__ import annotations

from pathlib import Path

from app.ui.folders.first import FirstFolders


def test_suggestions_ask_for_their_folder(services, guard: Path, qtbot) -> None:
    (guard / "Documents").mkdir()
    asked: list[list[str]] = []
    made = FirstFolders(services, lambda: None, asked.append)
    qtbot.addWidget(made)
    made.hide()
    made.show_first(True, set())
    qtbot.waitUntil(lambda: len(made.buttons) == 1, timeout=20_000)
    assert made.buttons[0].accessibleName() == "Add ~/Documents"
    made.buttons[0].click()
    assert asked == [[str(guard / "Documents")]]


def test_without_suggestions_there_is_no_list(services, qtbot) -> None:
    made = FirstFolders(services, lambda: None, lambda _paths: None)
    qtbot.addWidget(made)
    made.hide()
    made.show_first(True, set())
    services.background.finish(20_000)
    assert not made.isHidden()
    assert made.suggested.isHidden()
