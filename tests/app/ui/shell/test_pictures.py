"""Every page in the app's own window, lived in; and what the shell itself puts on the screen. Looked at by `screens`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from app.core.folders import grant
from app.core.journal.record import CallRecord
from app.core.journal.writer import Journal
from app.ui.kit.messages import Message
from app.ui.shell import pages
from app.ui.shell.desk import Desk
from tests.fakes.clients import write_config

LONG = 20_000
DIFF = "--- ~/Documents/notes.md\n+++ ~/Documents/notes.md\n@@ -1,2 +1,3 @@\n # Notes\n-buy milk\n+buy oat milk\n+call Ann\n"
QUESTION: dict[str, Any] = {
    "id": "a1",
    "call": 900,
    "client": "claude-ai 1.0",
    "server": "filesystem",
    "tool": "edit_file",
    "arguments": {"path": "~/Documents/notes.md"},
    "paths": ["~/Documents/notes.md"],
    "preview": DIFF,
    "asking": ["/home/ann/Documents"],
    "expires_in_s": 540,
}
CALLS: list[tuple[str, str, Any, Any, Any]] = [
    ("read_file", "Documents/report.md", "allowed", "policy", "ok"),
    ("search_files", "Projects", "allowed", "policy", "ok"),
    ("edit_file", "Documents/notes.md", "allowed", "user", "ok"),
    ("read_file", "Private/diary.txt", "denied", "policy", "denied"),
    ("write_file", "Projects/site/index.html", "allowed", "policy", "ok"),
    ("list_directory", "Projects/site", "allowed", "policy", "ok"),
    ("move_file", "Documents/old plan.md", "denied", "user", "denied"),
]


@pytest.fixture
def lived_in(home: str, guard: Path) -> Path:
    """A home of some weeks: folders, calls, and a client that is not connected yet."""
    for name, access in (("Documents", "ask"), ("Projects", "write"), ("Private", "off")):
        (guard / name).mkdir()
        grant(home, str(guard / name), access)  # type: ignore[arg-type]
    write_config(guard)
    journal = Journal.open(home)
    for number in range(42):
        tool, inside, decision, by, outcome = CALLS[number % len(CALLS)]
        path = str(guard / inside)
        arguments = json.dumps({"path": f"~/{inside}", "edits": [{"old": "buy milk", "new": "buy oat milk"}]}).encode()
        call = journal.opened(
            client="claude-ai 0.1.0", session="s1", server="filesystem", tool=tool, arguments=arguments
        )
        folder = str(guard / inside.partition("/")[0])
        journal.decided(call, decision=decision, by=by, reason="", folder=folder, paths=[path])
        journal.closed(
            call,
            outcome=outcome,
            duration_ms=3.2 + number,
            result_preview="entries=3",
            result_bytes=80,
            change_id="c1" if tool == "edit_file" else None,
            paths=None,
        )
    journal.commit()
    while journal.derive(5000):
        pass
    journal.close()
    return guard


@pytest.fixture
def opened(lived_in: Path, desk: Desk, qapp: QApplication) -> Callable[[str], Any]:
    """Opens a page of the lived-in app and lets it settle; gives the window."""

    def show(page: str) -> Any:
        desk.open(page)
        for _ in range(3):
            assert desk.background.finish(LONG)
            qapp.processEvents()
        return desk.window

    return show


@pytest.mark.parametrize("page", [one.name for one in pages.PAGES])
def test_each_page_is_legible_and_fits_in_the_app_s_own_window(opened, screens, page: str) -> None:
    window = opened(page)
    screens(f"app-{page}", window)
    assert window.now == page


def test_a_call_that_is_opened_lies_beside_the_log(opened, screens, qtbot) -> None:
    window = opened("activity")
    page = window.page("activity")
    qtbot.waitUntil(lambda: page.model.rowCount() == 42, timeout=LONG)
    page.table.selectRow(37)  # a change that the user allowed
    qtbot.waitUntil(page.inspector.isVisible, timeout=LONG)
    screens("app-inspector", window)
    assert not page.inspector.geometry().intersects(page.table.geometry())


def test_a_question_is_on_home_in_the_badge_and_in_the_menu(opened, desk: Desk, link, screens, qapp) -> None:
    window = opened("home")
    link.answers["approvals"] = {
        "approvals": [QUESTION, {**QUESTION, "id": "a2", "tool": "trash", "undoable": False, "asking": []}]
    }
    desk.watch.look()
    desk.watch.take_calls([CallRecord(5, "", "claude-ai 1", "s", "filesystem", "read_file", paths=["/d/report.md"])])
    qapp.processEvents()
    screens("app-asking", window)
    desk.tray.show_calls(desk.watch.calls)
    menu = desk.tray.menu
    menu.ensurePolished()
    menu.resize(menu.sizeHint())
    screens("tray-menu", menu)
    question = desk.card.list.views[0]
    question.menu.resize(question.menu.sizeHint())
    screens("card-menu", question.menu)
    assert len(desk.card.list.views) == 2


def test_more_questions_than_the_card_holds_are_counted(opened, desk: Desk, link, screens, qapp) -> None:
    opened("home")
    link.answers["approvals"] = {"approvals": [{**QUESTION, "id": f"a{n}"} for n in range(5)]}
    desk.watch.look()
    qapp.processEvents()
    screens("card-many", desk.card)
    assert len(desk.card.list.views) == 3
    assert "2 more" in desk.card.list._rest.text()


def test_quitting_asks_in_words(opened, desk: Desk, screens) -> None:
    opened("home")
    desk.ask_to_quit()
    box = next(child for child in QApplication.topLevelWidgets() if isinstance(child, QMessageBox))
    screens("quit", box)
    assert "Quit" in box.text()
    box.reject()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("notice", Message("notice", "~/Documents is no longer granted.", "", "Put back", lambda: None)),
        (
            "error",
            Message(
                "error",
                "The settings file cannot be written: the disk is full, and this sentence is long enough to wrap.",
                "Nothing was changed. Make room and try again; until then the last good settings are in force.",
            ),
        ),
    ],
)
def test_a_message_lies_above_the_page(opened, desk: Desk, screens, name: str, message: Message) -> None:
    window = opened("settings")
    desk.messages.say(message)
    screens(f"app-banner-{name}", window)
    assert window.banner.isVisible()


def test_the_palette_lies_over_the_window(opened, desk: Desk, screens) -> None:
    window = opened("home")
    window.palette_asked.emit()
    screens("palette-all", desk._palette)
    assert desk._palette is not None
    assert desk._palette.rows.count() > len(pages.PAGES)
    desk._palette.close()
