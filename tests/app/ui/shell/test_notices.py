"""Notifications: few, and never twice the same."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.control.messages import Joined
from app.core.journal.record import CallRecord
from app.desktop.preferences import NOTICES, Preferences
from app.ui.kit.watch import Question
from app.ui.shell.notices import CRASHES, REST, Notices


class Ground:
    def __init__(self) -> None:
        self.now = 0.0
        self.shown: list[str] = []
        self.kept = Preferences()
        self.notices = Notices(
            lambda title, text, page: self.shown.append(f"{title}: {text}"), self.kept, None, lambda: self.now
        )


@pytest.fixture
def ground(qapp) -> Ground:
    return Ground()


def denied(tool: str = "read_file", by: str = "policy") -> CallRecord:
    return CallRecord(
        1, "", "claude-ai 1", server="filesystem", tool=tool, paths=["/etc/passwd"], by=by, outcome="denied"
    )


def test_a_question_is_told(ground: Ground) -> None:
    ground.notices.asked(
        Question("a", 1, client="claude-ai 1", server="filesystem", tool="write_file", paths=["/x/n.md"])
    )
    assert ground.shown == ["Claude Desktop needs your answer: It wants to write n.md."]


def test_a_storm_of_questions_is_one_notification(ground: Ground) -> None:
    for number in range(50):
        ground.notices.asked(Question(str(number), number))
    assert len(ground.shown) == 1
    ground.now = REST["question"]
    ground.notices.asked(Question("later", 99))
    assert len(ground.shown) == 2


def test_a_denial_is_told_the_first_time_only(ground: Ground) -> None:
    for _ in range(3):
        ground.notices.heard(denied())
        ground.now += 1000
    assert len(ground.shown) == 1
    ground.notices.heard(denied("search_files"))
    assert len(ground.shown) == 2


@pytest.mark.parametrize("record", [denied(by="user"), CallRecord(1, "", outcome="ok")])
def test_the_persons_own_no_and_what_went_well_are_not_told(ground: Ground, record: CallRecord) -> None:
    ground.notices.heard(record)
    assert ground.shown == []


def test_a_server_whose_tools_have_changed_is_told_once_an_hour(ground: Ground) -> None:
    for _ in range(2):
        ground.notices.happened(Joined(event="server", server="tracker", state="changed"))
        ground.now += 120
    assert len(ground.shown) == 1
    assert "The tools of tracker have changed" in ground.shown[0]
    ground.notices.happened(Joined(event="server", server="tracker", state="accepted"))
    assert len(ground.shown) == 1


def test_a_server_that_keeps_crashing_is_told_once(ground: Ground) -> None:
    for _ in range(CRASHES + 3):
        ground.notices.happened(Joined(event="server", server="git", state="crashed", words="it ended"))
        ground.now += 5
    assert len(ground.shown) == 1
    assert "git keeps crashing" in ground.shown[0]


def test_one_crash_is_not_worth_a_word(ground: Ground) -> None:
    ground.notices.happened(Joined(event="server", server="git", state="crashed"))
    ground.notices.happened(Joined(event="server", server="git", state="running"))
    assert ground.shown == []


@pytest.mark.parametrize(("state", "told"), [("wiped", 1), ("removed", 1), ("connected", 0)])
def test_a_client_that_lost_its_entries_is_told(ground: Ground, state: str, told: int) -> None:
    ground.notices.wiped(SimpleNamespace(state=state, title="Claude Desktop", path="/c.json"))
    assert len(ground.shown) == told


def test_each_kind_can_be_switched_off(ground: Ground) -> None:
    ground.kept.quiet = list(NOTICES)
    ground.notices.asked(Question("a", 1))
    ground.notices.heard(denied())
    ground.notices.wiped(SimpleNamespace(state="wiped", title="x", path="y"))
    assert ground.shown == []


def test_a_newer_version_is_told_with_the_first_line_of_its_notes(ground: Ground) -> None:
    ground.notices.newer("9.9.9", "Undo is faster.\nMore.")
    ground.notices.newer("9.9.10", "")
    assert ground.shown == [
        "Doorkeep 9.9.9 is there: Undo is faster.",
        "Doorkeep 9.9.10 is there: Settings has its notes and the link to it.",
    ]
