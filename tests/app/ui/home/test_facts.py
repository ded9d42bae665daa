"""What Home reads from disk."""

from __future__ import annotations

from pathlib import Path

from app.core.folders import grant
from app.core.journal.writer import Journal
from app.core.settings import settings_path
from app.ui.home.facts import LAST, read
from tests.fakes.calls import whole_call


def test_a_new_home_misses_a_folder_and_has_no_calls(home: str) -> None:
    found = read(home)
    assert (found.missing, found.calls) == ("folder", [])


def test_a_folder_that_is_off_is_none(home: str, folder: Path) -> None:
    grant(home, str(folder), "off")
    assert read(home).missing == "folder"


def test_then_an_app_then_nothing(home: str, folder: Path) -> None:
    grant(home, str(folder), "read")
    assert read(home).missing == "client"
    journal = Journal.open(home)
    for _ in range(LAST + 2):
        whole_call(journal)
    journal.close()
    found = read(home)
    assert found.missing == ""
    assert len(found.calls) == LAST
    assert sum(sum(piece.values()) for piece in found.pieces) == LAST + 2


def test_a_broken_settings_file_is_no_next_step(home: str) -> None:
    Path(settings_path(home)).write_text("[")
    assert read(home).missing == ""
