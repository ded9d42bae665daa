"""The app as a whole, without a gateway and without a screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.settings import settings_path
from app.desktop.preferences import Preferences
from app.ui.kit.theme import Theme
from app.ui.shell import desk as room
from app.ui.shell.desk import Desk


@pytest.fixture
def desk(home: str, theme: Theme, link, qtbot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    link.home = home
    link.answers = {
        "status": {"paused": False, "sessions": [], "journal_error": None, "settings_error": None},
        "approvals": {"approvals": []},
    }
    monkeypatch.setattr(room, "GatewayLink", lambda home, parent: link)
    monkeypatch.setattr(room.Starting, "start", lambda self: None)
    Path(settings_path(home)).touch()
    made = Desk(home, theme, Preferences())
    yield made
    made.close()
    assert made.background.finish(20_000)
