"""Home: the state in one sentence, the switch, the last calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.core.folders import grant
from app.core.journal.filter import parse
from app.core.journal.kinds import Kind
from app.core.journal.record import CallRecord
from app.ui.home.facts import HomeFacts
from app.ui.home.page import HomePage
from app.ui.home.strip import BARS, window_of
from app.ui.kit.watch import Watch

STATUS: dict[str, Any] = {"paused": False, "sessions": [], "journal_error": None, "settings_error": None}


@pytest.fixture
def watch(link) -> Watch:
    link.answers = {"status": dict(STATUS), "approvals": {"approvals": []}}
    return Watch(link)


@pytest.fixture
def started() -> list[bool]:
    return []


@pytest.fixture
def page(services, watch: Watch, started: list[bool], qtbot) -> HomePage:
    made = HomePage(services, watch, lambda: started.append(True), QWidget)
    qtbot.addWidget(made)
    made.resize(860, 900)
    made.show()
    return made


def test_it_says_how_doorkeep_is_and_when_that_was_checked(page: HomePage) -> None:
    assert page.sentence.text() == "Doorkeep is on guard."
    assert "Checked just now" in page.detail.text()


def test_the_switch_pauses_and_lets_through_again(page: HomePage, link, watch: Watch) -> None:
    page.switch.click()
    link.answers["status"] = {**STATUS, "paused": True}
    watch.look()
    assert "again" in page.switch.text()
    page.switch.click()
    assert [name for name, _ in link.calls if name in ("pause", "resume")] == ["pause", "resume"]


def test_where_the_gateway_is_away_the_switch_starts_it(page: HomePage, link, started: list[bool]) -> None:
    link.is_up = False
    link.up.emit(False)
    page.switch.click()
    assert started == [True]


@pytest.mark.parametrize(
    ("wrong", "button", "opened"),
    [
        ({"settings_error": "line 3 is no TOML"}, "Open the settings file", "doorkeep.toml"),
        ({"journal_error": "The disk is full."}, "Show its folder", ""),
    ],
    ids=["settings", "log"],
)
def test_a_problem_has_the_button_that_helps(
    services, watch: Watch, link, qtbot, home: str, wrong: dict[str, str], button: str, opened: str
) -> None:
    asked: list[str] = []
    page = HomePage(services, watch, lambda: None, QWidget, asked.append)
    qtbot.addWidget(page)
    page.show()
    assert not page.fix.isVisible()
    link.answers["status"] = {**STATUS, **wrong}
    watch.look()
    assert page.fix.text() == button
    assert next(iter(wrong.values())) in page.detail.text()
    page.fix.click()
    assert asked == [str(Path(home) / opened)]


def test_the_last_calls_are_said_in_words(page: HomePage, link) -> None:
    link.record.emit(
        CallRecord(
            1, "", client="claude-ai 1", server="filesystem", tool="read_file", paths=["/x/report.md"], outcome="ok"
        )
    )
    assert "Claude Desktop read report.md" in page.rows[0].said.text()
    assert page.rows[1].isHidden()
    assert page.none.isHidden()


def test_a_call_opens_in_activity(page: HomePage, link, gone) -> None:
    link.record.emit(CallRecord(7, "2026-11-21T10:00:00.000Z", tool="read_file", outcome="ok"))
    page.rows[0].picked.emit(7)
    assert gone == [("activity", {"filter": "id:7"})]


def test_a_bar_opens_the_calls_of_its_time(page: HomePage, gone) -> None:
    since, until = page.strip.bounds(3)
    page.strip.picked.emit(since, until)
    found = parse(gone[0][1]["filter"])
    assert (found.since_ms, found.until_ms) == (since, until)


def test_without_a_folder_that_is_the_next_step(page: HomePage, gone, qtbot) -> None:
    qtbot.waitUntil(page.next.isVisible, timeout=20_000)
    page.next_button.click()
    assert gone == [("folders", {})]


def test_with_a_folder_and_no_call_the_next_step_is_an_app(page: HomePage, services, folder, gone, qtbot) -> None:
    grant(services.home, str(folder), "read")
    page.hide()
    page.show()
    qtbot.waitUntil(lambda: "Connect" in page.next_title.text(), timeout=20_000)
    page.next_button.click()
    assert gone == [("clients", {})]


def test_with_everything_there_the_next_step_is_what_waits_to_be_looked_at(
    page: HomePage, watch: Watch, link, gone, qtbot, screens
) -> None:
    qtbot.waitUntil(page.next.isVisible, timeout=20_000)  # what it read from disk as it opened: no folder is granted
    link.answers["status"] = {**STATUS, "reviews": ["tracker", "words"]}
    page._take(HomeFacts(*window_of(1_800_000_000.0)[:1], [{} for _ in range(BARS)], [], ""))
    watch.look()
    assert "tracker, words" in page.next_text.text()
    screens("home-review", page)
    page.next_button.click()
    assert gone == [("servers", {"review": "tracker"})]
    link.answers["status"] = {**STATUS, "reviews": []}
    watch.look()
    assert not page.next.isVisible()


def test_hidden_it_asks_nothing(page: HomePage) -> None:
    page.hide()
    assert not page._look.isActive()


def records() -> list[CallRecord]:
    rows = [
        ("read_file", ["/home/ann/Documents/report.md"], "allowed", "policy", "ok"),
        ("write_file", ["/home/ann/Documents/notes.md"], "allowed", "user", "ok"),
        ("read_file", ["/home/ann/.ssh/id_ed25519"], "denied", "policy", "denied"),
        ("search_files", ["/home/ann/Projects"], "allowed", "policy", "running"),
        ("move_file", ["/home/ann/Documents/" + "a very long name " * 12 + ".md"], "allowed", "policy", "error"),
        ("create_issue", [], None, None, "waiting"),
    ]
    return [
        CallRecord(
            id_ + 1,
            "2026-11-21T10:00:00.000Z",
            client="claude-ai 1.0",
            server="filesystem" if paths else "github",
            tool=tool,
            paths=paths,
            decision=decision,
            by=by,
            outcome=outcome,
        )
        for id_, (tool, paths, decision, by, outcome) in enumerate(rows)
    ]


def test_it_looks_right(page: HomePage, watch: Watch, link, screens, background, qapp) -> None:
    assert background.finish(20_000)
    qapp.processEvents()
    screens("home-empty", page)
    pieces: list[dict[Kind, int]] = [
        {"allowed": (n * 7) % 23, "asked": n % 3, "denied": int(n % 11 == 0)} for n in range(BARS)
    ]
    since = window_of(1_795_000_000)[0]
    page._take(HomeFacts(since, pieces, records(), ""))
    qapp.processEvents()
    screens("home", page)
    link.is_up = False
    link.up.emit(False)
    watch.could_not_start("The disk is full. Make room, then start it.")
    screens("home-error", page)
    link.is_up = True
    link.answers["status"] = {**STATUS, "settings_error": "doorkeep.toml, line 3: a value is missing."}
    link.up.emit(True)
    screens("home-settings", page)
    assert page.strip.isVisible()
