"""The question before a folder is granted."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import SettingsError
from app.ui.folders.adding import AddPanel, folders_of


def test_of_a_file_its_folder_is_meant(folder: Path) -> None:
    assert folders_of([str(folder / "report.md"), str(folder), str(folder / "notes")]) == [
        str(folder),
        str(folder / "notes"),
    ]


def test_a_relative_path_means_nothing() -> None:
    with pytest.raises(SettingsError):
        folders_of(["Documents"])


def test_reading_is_offered_first_and_nothing_is_wanted_before_a_yes(services, qtbot) -> None:
    panel = AddPanel(services)
    qtbot.addWidget(panel)
    panel.ask([f"/d/{number}" for number in range(8)])
    assert panel.access.value == "read"
    assert panel.more.text() == "and 3 more"
    with qtbot.waitSignal(panel.wanted) as wanted:
        panel.yes.click()
    assert wanted.args == [[f"/d/{number}" for number in range(8)], "read"]
    assert not panel.yes.isEnabled()


def test_no_puts_it_away(services, qtbot) -> None:
    panel = AddPanel(services)
    qtbot.addWidget(panel)
    panel.ask(["/d"])
    with qtbot.waitSignal(panel.cancelled):
        panel.no.click()
    assert panel.isHidden()
