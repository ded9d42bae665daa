"""What the desktop app remembers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.desktop.preferences import NOTICES, Preferences, load, preferences_path, save


def test_what_is_saved_is_loaded(home: str) -> None:
    kept = Preferences("dark", quiet=[NOTICES[1]], geometry="abc")
    save(home, kept)
    assert load(home) == kept
    assert os.listdir(home) == ["tray.json"]


@pytest.mark.parametrize("text", ["", "[", '{"theme": "pink"}', '{"quiet": 3}'])
def test_a_broken_file_counts_as_none(home: str, text: str) -> None:
    Path(preferences_path(home)).write_text(text)
    assert load(home) == Preferences()


def test_no_file_gives_the_defaults(home: str) -> None:
    assert load(home).theme == "system"


def test_a_home_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save(str(tmp_path / "missing"), Preferences())
