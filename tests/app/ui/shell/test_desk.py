"""The app as a whole, without a gateway and without a screen."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from app.core.errors import VaultError
from app.core.journal.record import CallRecord
from app.core.settings import settings_path
from app.desktop import notifications
from app.desktop.preferences import Preferences, load
from app.ui.kit.theme import Theme
from app.ui.shell import desk as room
from app.ui.shell import pages
from app.ui.shell.deeds import deeds
from app.ui.shell.desk import Desk
from app.ui.shell.sidebar import BADGE
from app.ui.shell.tray import Tray


def tray_there(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    monkeypatch.setattr(Tray, "available", staticmethod(lambda: there))


def test_in_the_background_with_a_tray_there_is_no_window(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tray_there(monkeypatch, True)
    desk.begin(background=True)
    assert desk.window is None


def test_in_the_background_without_a_tray_the_window_is_the_app(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tray_there(monkeypatch, False)
    desk.begin(background=True)
    assert desk.window is not None
    assert desk.window.isVisible()
    desk.window.close()
    assert desk.window.isMinimized()


def test_with_a_tray_closing_hides_the_window_and_keeps_its_place(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tray_there(monkeypatch, True)
    desk.begin(background=False)
    assert desk.window is not None
    desk.window.close()
    assert not desk.window.isVisible()
    assert load(desk.services.home).geometry


def test_a_window_in_the_tray_rests_after_a_while_and_not_once_it_is_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tray, "available", lambda: True)
    desk.open("home")
    assert desk.window is not None
    desk.window.close()
    assert desk._resting._soon.isActive()
    desk.open()
    assert not desk._resting._soon.isActive()


def test_a_tray_that_goes_brings_the_window_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tray_there(monkeypatch, True)
    desk.begin(background=True)
    tray_there(monkeypatch, False)
    desk._look_for_tray.timeout.emit()
    assert desk.window is not None
    assert desk.window.isVisible()


def test_the_state_is_in_tray_and_title(desk: Desk, link) -> None:
    desk.open("home")
    link.answers["status"] = {**link.answers["status"], "paused": True}
    desk.watch.look()
    assert desk.window is not None
    assert "paused" in desk.window.windowTitle()
    assert "every call is refused" in desk.tray.menu.actions()[0].text()


def test_the_trays_last_calls_follow(desk: Desk, link, qtbot) -> None:
    link.record.emit(
        CallRecord(
            1, "", client="claude-ai 1", server="filesystem", tool="read_file", paths=["/x/report.md"], outcome="ok"
        )
    )
    texts = lambda: [action.text() for action in desk.tray.menu.actions()]  # noqa: E731
    qtbot.waitUntil(lambda: any("report.md" in text for text in texts()), timeout=20_000)


def test_pausing_from_the_tray_reaches_the_gateway(desk: Desk, link) -> None:
    desk.tray.pause_asked.emit(True)
    desk.tray.pause_asked.emit(False)
    assert [name for name, _ in link.calls if name in ("pause", "resume")] == ["pause", "resume"]


def answer(desk: Desk, word: str) -> str:
    desk.ask_to_quit()
    box = next(child for child in QApplication.topLevelWidgets() if isinstance(child, QMessageBox))
    said = box.informativeText()
    next(button for button in box.buttons() if button.text() == word).click()
    return said


def test_quit_says_what_it_means_and_ends_the_gateway_for_good(desk: Desk, link) -> None:
    assert "until you start it again" in answer(desk, "Quit")
    assert ("stop", {"stay": True}) in link.calls


def test_quit_taken_back_ends_nothing(desk: Desk, link) -> None:
    answer(desk, "Keep running")
    assert "stop" not in [name for name, _ in link.calls]


def test_a_page_that_this_build_lacks_is_passed_over(desk: Desk) -> None:
    desk.open("home")
    desk.go("nowhere", {})
    assert desk.window is not None
    assert desk.window.now == "home"


def test_the_palette_offers_what_is_possible_now(desk: Desk, link, qtbot) -> None:
    desk.open("home")
    assert desk.window is not None
    desk.window.palette_asked.emit()
    words = [action.words for action in deeds(desk)]
    assert "Go to Home" in words
    assert "Pause: refuse every call" in words
    link.answers["status"] = {**link.answers["status"], "paused": True}
    desk.watch.look()
    assert "Let calls through again" in [action.words for action in deeds(desk)]


def test_a_chosen_look_is_kept(desk: Desk) -> None:
    desk.open("home")
    next(action for action in deeds(desk) if action.words == "Dark look").act()
    assert desk.theme.dark
    assert load(desk.services.home).theme == "dark"


def test_a_question_brings_the_card_a_badge_and_a_line_in_the_menu(desk: Desk, link) -> None:
    desk.open("home")
    link.answers["approvals"] = {
        "approvals": [
            {"id": "a", "call": 1, "client": "claude-ai 1", "server": "git", "tool": "push", "expires_in_s": 60}
        ]
    }
    desk.watch.look()
    assert desk.card.isVisible()
    assert any("push" in action.text() for action in desk.tray.menu.actions())
    desk.card.put_away()
    desk.tray.question_opened.emit("a")
    assert desk.card.isVisible()


def test_a_question_that_nobody_answers_is_notified_too(desk: Desk, link, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(desk.notices, "asked", lambda question: told.append(question.id))
    link.answers["approvals"] = {"approvals": [{"id": "a", "call": 1, "expires_in_s": 60}]}
    desk.watch.look()
    question = desk.watch.questions[0]
    assert told == []
    desk._still_asks(question)
    link.answers["approvals"] = {"approvals": []}
    desk.watch.look()
    desk._still_asks(question)
    assert told == ["a"]


def test_the_first_start_sets_up_and_home_follows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tray_there(monkeypatch, True)
    Path(settings_path(desk.services.home)).unlink()
    desk.begin(background=False)
    assert desk.window is None
    assert desk._setup is not None
    assert desk._setup.isVisible()
    desk._setup.close()
    assert desk.window is not None
    assert desk.window.now == "home"


def test_without_a_tray_a_notification_is_told_in_the_window_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(notifications, "show", lambda title, text: told.append(title))
    tray_there(monkeypatch, False)
    desk.open("home")
    desk.notices.say("crashing", ("git",), "The server git keeps crashing", "Its log says why.")
    assert desk.window is not None
    assert desk.window.banner.isVisible()
    desk.window.banner._action.click()
    assert desk.window.now == "servers"
    assert desk.background.finish(20_000)
    assert told == ["The server git keeps crashing"]


def test_with_a_tray_a_click_on_a_notification_opens_its_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tray_there(monkeypatch, True)
    desk.notices.say("wiped", ("/c",), "Claude Desktop lost its connection to Doorkeep", "")
    desk.tray._icon.messageClicked.emit()
    assert desk.window is not None
    assert desk.window.now == "clients"


def test_a_client_that_lost_its_entry_is_told_by_a_badge(desk: Desk) -> None:
    desk.open("home")
    assert desk.window is not None
    clients = next(row for row, one in enumerate(pages.PAGES) if one.name == "clients")
    badge = lambda: desk.window.sidebar.item(clients).data(BADGE)  # noqa: E731  # type: ignore[union-attr]
    desk._client_told(SimpleNamespace(state="wiped", path="/c"))
    assert badge() == 1
    desk._client_told(SimpleNamespace(state="connected", path="/c"))
    assert badge() == 0


def test_folders_dropped_on_any_page_are_asked_about_on_theirs(desk: Desk, folder: Path, qtbot) -> None:
    desk.open("settings")
    assert desk.window is not None
    desk.window.drop.dropped.emit([str(folder)])
    assert desk.window.now == "folders"
    panel = desk.window.page("folders").adding  # type: ignore[attr-defined]
    qtbot.waitUntil(panel.isVisible, timeout=20_000)
    assert panel.paths == [str(folder)]


def test_setting_up_can_be_done_again(desk: Desk) -> None:
    desk.open("home")
    desk.go("setup", {})
    assert desk._setup is not None
    assert desk._setup.isVisible()


@pytest.mark.parametrize("name", [one.name for one in pages.PAGES])
def test_each_page_opens_in_the_app(desk: Desk, name: str, qapp) -> None:
    desk.open(name)
    assert desk.window is not None
    assert desk.window.now == name


def test_slow_work_waits_for_the_first_picture(desk: Desk, monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    tray_there(monkeypatch, True)
    monkeypatch.setattr(room, "UNPAINTED_MS", 3_600_000)
    began: list[bool] = []
    desk.background.run(lambda: began.append(desk.window is not None))
    assert desk.background.finish(20_000)
    desk.begin(background=False)
    desk.background.run(lambda: began.append(desk.window is not None and desk.window._seen))
    assert desk.background._held
    qtbot.waitUntil(lambda: len(began) == 2, timeout=20_000)
    assert began == [False, True]


def test_slow_work_begins_although_nobody_can_see_the_window(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    tray_there(monkeypatch, True)
    monkeypatch.setattr(room, "UNPAINTED_MS", 1)
    monkeypatch.setattr(room.Window, "paintEvent", lambda self, event: None)
    desk.begin(background=False)
    qtbot.waitUntil(lambda: not desk.background._held, timeout=20_000)


def test_pages_are_loaded_ahead_once_the_window_is_seen_and_made_only_when_opened(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    tray_there(monkeypatch, True)
    loaded: list[str] = []
    monkeypatch.setattr(room.importlib, "import_module", loaded.append)
    desk.begin(background=True)
    assert desk.background.finish(20_000)
    assert loaded == []
    monkeypatch.undo()
    desk.open("home")
    monkeypatch.setattr(room.importlib, "import_module", loaded.append)
    qtbot.waitUntil(lambda: set(pages.rooms()) <= set(loaded), timeout=20_000)
    assert desk.window is not None
    assert desk.window.stack.count() == 1


def test_in_the_background_slow_work_begins_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    tray_there(monkeypatch, True)
    desk.begin(background=True)
    qtbot.waitUntil(lambda: not desk.background._held, timeout=20_000)


def test_an_icon_that_was_there_before_becomes_its_tray(home: str, theme: Theme, desk: Desk) -> None:
    tray = Tray()
    made = Desk(home, theme, Preferences(), tray)
    assert made.tray is tray
    made.close()


def test_what_a_click_on_the_icon_needs_is_loaded_a_moment_after_the_start(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(room.importlib, "import_module", loaded.append)
    monkeypatch.setattr(Desk, "guarding", None)
    desk._guard()
    qtbot.waitUntil(lambda: set(room.FIRST) <= set(loaded), timeout=20_000)
    assert desk.window is None


def test_an_error_leads_to_its_article_in_the_guide(desk: Desk) -> None:
    desk.open("home")
    desk.messages.learn.emit(VaultError.article)
    assert desk.window is not None
    assert desk.window.now == "help"
    assert desk.window.page("help").reader.article.name == "troubleshooting"  # type: ignore[attr-defined]


def test_a_bundle_dropped_on_any_page_is_added_on_that_of_the_servers(desk: Desk, tmp_path: Path, qtbot) -> None:
    desk.open("settings")
    assert desk.window is not None
    desk.window.drop.dropped.emit([str(tmp_path / "book.mcpb")])
    assert desk.window.now == "servers"
    adding = desk.window.page("servers").adding  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: "cannot be read" in adding.problem.text(), timeout=20_000)


def test_the_tray_leads_to_what_waits_of_a_server(desk: Desk) -> None:
    desk.tray.review_opened.emit("tracker")
    assert desk.window is not None
    assert desk.window.now == "servers"
