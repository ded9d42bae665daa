"""The Folders page with much on it: calls, secrets, many folders, odd names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.journal.record import CallRecord, timestamp
from app.core.journal.writer import Journal
from app.core.settings import load
from app.ui.folders.page import FIRST_ROWS, MOST_ROWS, FoldersPage

Make = Callable[..., FoldersPage]
LONG = 20_000


@pytest.fixture
def busy(granted: list[Path], home: str) -> list[Path]:
    """Granted folders with secrets in one, and calls in the log."""
    (granted[1] / "app").mkdir()
    (granted[1] / "app" / ".env").write_text("KEY=1")
    (granted[1] / "id_rsa").write_text("x")
    journal = Journal.open(home)
    for folder, tool, decision in (
        (granted[0], "read_file", "allowed"),
        (granted[1], "edit_file", "allowed"),
        (granted[2], "read_file", "denied"),
    ):
        call = journal.opened(client="claude-ai 0.1.0", session="s", server="filesystem", tool=tool, arguments=b"{}")
        journal.decided(
            call,
            decision="denied" if decision == "denied" else "allowed",
            by="policy",
            reason="",
            folder=str(folder),
            paths=[str(folder / "report.md")],
        )
        outcome = "ok" if decision == "allowed" else "denied"
        journal.closed(
            call, outcome=outcome, duration_ms=1, result_preview="", result_bytes=1, change_id=None, paths=None
        )
    journal.commit()
    journal.close()
    return granted


def test_what_happened_and_what_stays_closed_is_said(make_page: Make, busy: list[Path], qtbot, gone, screens) -> None:
    page = make_page()
    qtbot.waitUntil(lambda: len(page.rows) == 3, timeout=LONG)
    row = page.rows[str(busy[1])]
    qtbot.waitUntil(lambda: "Claude Desktop changed report.md" in row.activity.text(), timeout=LONG)
    qtbot.waitUntil(lambda: "2 likely secrets" in row.secrets.opener.text(), timeout=LONG)
    row.secrets.opener.click()
    qtbot.waitUntil(lambda: "refused" in page.rows[str(busy[2])].activity.text(), timeout=LONG)
    qtbot.wait(1)
    screens("folders-busy", page)
    row.activity.click()
    assert gone == [("activity", {"filter": 'folder:"~/Projects/website"'})]


def test_a_file_is_revealed_by_its_button(make_page: Make, busy: list[Path], home: str, qtbot) -> None:
    page = make_page()
    qtbot.waitUntil(lambda: len(page.rows) == 3, timeout=LONG)
    row = page.rows[str(busy[1])]
    qtbot.waitUntil(lambda: "app/.env" in row.secrets.buttons, timeout=LONG)
    row.secrets.buttons["app/.env"].click()
    qtbot.waitUntil(lambda: load(home).folders[1].reveal == ("app/.env",), timeout=LONG)
    qtbot.waitUntil(lambda: row.secrets.buttons["app/.env"].text() == "Close again", timeout=LONG)


def test_a_server_is_shut_out_and_let_in_again(make_page: Make, granted: list[Path], home: str, qtbot) -> None:
    page = make_page()
    qtbot.waitUntil(lambda: len(page.rows) == 3, timeout=LONG)
    row = page.rows[str(granted[0])]
    row.servers["filesystem"].click()
    qtbot.waitUntil(lambda: load(home).folders[0].servers is not None, timeout=LONG)
    assert "filesystem" not in (load(home).folders[0].servers or ())
    qtbot.waitUntil(lambda: row.state.accessibleName() == "In force", timeout=LONG)
    row.servers["filesystem"].click()
    qtbot.waitUntil(lambda: load(home).folders[0].servers is None, timeout=LONG)


def test_a_call_shows_up_in_its_folder(make_page: Make, granted: list[Path], link, qtbot) -> None:
    page = make_page()
    qtbot.waitUntil(lambda: len(page.rows) == 3, timeout=LONG)
    record = CallRecord(
        7, timestamp(0), "claude-ai 1", server="filesystem", tool="trash", paths=["/d/x"], folder=str(granted[0])
    )
    link.record.emit(record)
    assert "moved x to the trash" in page.rows[str(granted[0])].activity.text()


def test_ten_thousand_folders_stay_bounded_and_can_be_found(make_page: Make, settings, qtbot) -> None:
    settings("".join(f'[[folders]]\npath = "/srv/f{number}"\naccess = "read"\n' for number in range(10_000)))
    page = make_page()
    qtbot.waitUntil(lambda: len(page.rows) == FIRST_ROWS, timeout=LONG)
    assert "10\u202f000 folders" in page.more.text()
    page.show_more.click()
    qtbot.waitUntil(lambda: len(page.rows) == 2 * FIRST_ROWS, timeout=LONG)
    for _ in range(9):
        page.show_more.click()
    assert not page.show_more.isVisible()
    assert len(page._wanted()) == MOST_ROWS
    page.found.setText("f9876")
    qtbot.waitUntil(lambda: list(page.rows) == ["/srv/f9876"], timeout=LONG)
    page.found.setText("nowhere")
    qtbot.waitUntil(lambda: not page.rows, timeout=LONG)
    assert "No granted folder" in page.more.text()


def test_odd_names_stay_legible(make_page: Make, settings, tmp_path: Path, qtbot, screens) -> None:
    names = ["line\nbreak", "\u202egnp.exe", "🗂 notes", "שלום", "x" * 200]
    text = ""
    for name in names:
        (tmp_path / name).mkdir()
        escaped = str(tmp_path / name).replace("\n", "\\n").replace("\u202e", "\\u202E")
        text += f'[[folders]]\npath = "{escaped}"\naccess = "ask"\n'
    settings(text)
    page = make_page()
    qtbot.waitUntil(lambda: len(page.rows) == len(names), timeout=LONG)
    assert all("\n" not in row.path.text() and "\u202e" not in row.path.text() for row in page.rows.values())
    qtbot.wait(1)
    screens("folders-odd", page)


def test_out_of_view_nothing_is_watched(make_page: Make, granted: list[Path], qtbot) -> None:
    page = make_page()
    qtbot.waitUntil(lambda: len(page.rows) == 3, timeout=LONG)
    page.closed()
    assert not page.window().acceptDrops()
    assert not page._watcher.directories()
