"""Home: the state in one sentence, the switch, the last calls."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.core.journal.record import CallRecord
from app.ui.home.page import HomePage
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


def test_the_last_calls_are_said_in_words(page: HomePage, link) -> None:
    link.record.emit(
        CallRecord(
            1, "", client="claude-ai 1", server="filesystem", tool="read_file", paths=["/x/report.md"], outcome="ok"
        )
    )
    assert "Claude Desktop read report.md" in page.rows[0].said.text()
    assert page.rows[1].isHidden()
