"""The one truth where it is always in view."""

from __future__ import annotations

from typing import Any

import pytest

from app.ui.kit.watch import Watch
from app.ui.shell import pages
from app.ui.shell.showing import show
from app.ui.shell.sidebar import BADGE
from app.ui.shell.tray import Tray
from app.ui.shell.window import Window

STATUS: dict[str, Any] = {"paused": False, "sessions": [], "journal_error": None, "settings_error": None}


@pytest.fixture
def window(services, theme, qtbot) -> Window:
    made = Window(pages.entries(), {}, services.messages, theme)
    qtbot.addWidget(made)
    return made


def badge(window: Window, page: str) -> Any:
    return window.sidebar.item(next(row for row, one in enumerate(pages.PAGES) if one.name == page)).data(BADGE)


def test_what_waits_is_counted_beside_its_page(link, window: Window) -> None:
    link.answers = {"status": {**STATUS, "reviews": ["tracker", "words"]}, "approvals": {"approvals": []}}
    watch, tray = Watch(link), Tray()
    show(watch, tray, window, 3)
    assert [badge(window, page) for page in ("home", "servers", "clients")] == [0, 2, 3]
    assert window.windowTitle() == "Doorkeep"
    assert "Look at the tools of tracker" in [action.text() for action in tray.menu.actions()]
    link.answers["status"] = {**STATUS, "paused": True, "reviews": []}
    watch.look()
    show(watch, tray, window, 0)
    assert (badge(window, "servers"), window.windowTitle()) == (0, "Doorkeep · paused")


def test_without_a_window_the_tray_says_it(link) -> None:
    link.answers = {"status": {**STATUS, "paused": True}, "approvals": {"approvals": []}}
    tray = Tray()
    show(Watch(link), tray, None, 0)
    assert "Paused: every call is refused." in [action.text() for action in tray.menu.actions()]
