"""Folders that are suggested."""

from __future__ import annotations

from pathlib import Path

from app.ui.folders.suggesting import suggestions


def test_only_folders_that_exist_and_are_not_granted_are_suggested(guard: Path) -> None:
    for name in ("Documents", "Desktop", "Projects"):
        (guard / name).mkdir()
    found = suggestions({str(guard / "Desktop")})
    assert [one.name for one in found] == ["Documents", "Projects"]


def test_vaults_of_notes_are_suggested_where_they_exist(guard: Path) -> None:
    (guard / "Documents/Notes").mkdir(parents=True)
    assert [one.name for one in suggestions(set())] == ["Documents", "Notes"]


def test_the_whole_account_is_never_suggested(guard: Path) -> None:
    (guard / ".config").mkdir()
    (guard / ".config" / "user-dirs.dirs").write_text('XDG_DOCUMENTS_DIR="$HOME/"\n')
    assert str(guard) not in [one.path for one in suggestions(set())]
