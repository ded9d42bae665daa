"""Starting an unpacked Doorkeep where nothing can be shown."""

from __future__ import annotations

import pytest

from app.ui.installing.start import run


def test_without_a_screen_it_names_the_command_that_installs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("/home/ann/.local/share/doorkeep", "there is no desktop here") == 1
    assert capsys.readouterr().err == (
        "doorkeep-tray: there is no desktop here\nTo install without a desktop: ./doorkeep install\n"
    )
