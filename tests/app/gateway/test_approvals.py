"""The user's answers and how far each of them reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.core.errors import DoorkeepError
from app.core.settings import load
from app.gateway import approvals
from tests.fakes.door import Client, Door


def ask(door: Door, client: Client, folder: Path, content: str = "x") -> str:
    client.call("write_file", path=str(folder / "a"), content=content)
    plan = {"writes": [str(folder / "a")], "guard": "g", "preview": "+ x"}
    door.say(lambda: door.child.give(door.child.last("doorkeep/plan"), plan))
    return door.core.approvals.listed()[-1]["id"]


def test_a_question_is_shown_with_all_a_person_needs(asking: Door, folder: Path) -> None:
    id_ = ask(asking, asking.client(), folder)
    (found,) = asking.core.approvals.listed()
    assert found["id"] == id_
    assert found["client"] == "tester 1"
    assert (found["server"], found["tool"]) == ("filesystem", "write_file")
    assert found["folder"] == str(folder)
    assert "asks the user" in found["reason"]
    assert found["expires_in_s"] == 600
    assert found["call"] == asking.only_row().id


def test_a_secret_in_what_is_asked_is_not_shown(asking: Door, folder: Path) -> None:
    secret = "ghp_" + "A1b2" * 9
    ask(asking, asking.client(), folder, f"token {secret}")
    assert secret.encode() not in bytes(asking.core.approvals.listed()[0]["arguments"])


def test_always_in_this_folder_lets_it_be_written_from_now_on(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_ = ask(asking, client, folder)
    asking.say(lambda: asking.core.answer(id_, "allow", "folder"))
    assert load(asking.home).folders[0].access == "write"
    client.call("write_file", path=str(folder / "b"), content="x")
    assert len(asking.child.requests("tools/call")) == 2
    assert len(asking.child.requests("doorkeep/plan")) == 1


def test_always_this_tool_becomes_a_rule(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_ = ask(asking, client, folder)
    asking.say(lambda: asking.core.answer(id_, "allow", "tool"))
    assert load(asking.home).servers["filesystem"].tools == {"write_file": "allow"}
    client.call("write_file", path=str(folder / "b"), content="x")
    plan = {"writes": [str(folder / "b")], "guard": "g2"}
    asking.say(lambda: asking.child.give(asking.child.last("doorkeep/plan"), plan))
    assert asking.child.last("tools/call")["doorkeep"]["guard"] == "g2"
    assert asking.core.approvals.listed() == []


def test_always_in_a_folder_that_was_not_why_is_refused(granted: Door, folder: Path) -> None:
    granted.settings(
        f'[[folders]]\npath = "{folder}"\naccess = "read"\n[servers.filesystem.tools]\nread_file = "ask"\n'
    )
    granted.client().call("read_file", path=str(folder))
    id_ = granted.core.approvals.listed()[0]["id"]
    with pytest.raises(DoorkeepError, match="No folder"):
        granted.core.answer(id_, "allow", "folder")
    assert load(granted.home).folders[0].access == "read"
    assert len(granted.core.approvals.listed()) == 1


@pytest.mark.parametrize(("answer", "scope"), [("maybe", "once"), ("allow", "for ever"), ("", "")])
def test_an_answer_that_is_none_changes_nothing(asking: Door, folder: Path, answer: str, scope: str) -> None:
    id_ = ask(asking, asking.client(), folder)
    with pytest.raises(DoorkeepError, match="no answer"):
        asking.core.answer(id_, answer, scope)
    assert len(asking.core.approvals.listed()) == 1
    assert asking.child.requests("tools/call") == []


def test_a_question_can_be_answered_once(asking: Door, folder: Path) -> None:
    id_ = ask(asking, asking.client(), folder)
    asking.say(lambda: asking.core.answer(id_, "allow"))
    for answer in ("allow", "deny"):
        with pytest.raises(DoorkeepError, match="No question"):
            asking.core.answer(id_, answer)
    assert len(asking.child.requests("tools/call")) == 1


def test_a_yes_that_was_not_used_yet_can_be_taken_back(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_ = ask(asking, client, folder)
    asking.advance(46)
    asking.say(lambda: asking.core.answer(id_, "allow"))
    asking.say(lambda: asking.core.answer(id_, "deny"))
    client.call("write_file", path=str(folder / "a"), content="x")
    plan = {"writes": [str(folder / "a")], "guard": "g"}
    asking.say(lambda: asking.child.give(asking.child.last("doorkeep/plan"), plan))
    assert asking.child.requests("tools/call") == []


def test_settings_that_cannot_be_written_leave_the_question_open(
    asking: Door, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = ask(asking, asking.client(), folder)
    asking.settings("[[folders]\nbroken")
    with pytest.raises(DoorkeepError):
        asking.core.answer(id_, "allow", "tool")
    assert len(asking.core.approvals.listed()) == 1
    assert asking.child.requests("tools/call") == []


def test_there_is_a_bound_to_open_questions(asking: Door, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approvals, "MOST_OPEN", 2)
    client = asking.client()
    ids: list[Any] = []
    plan = {"writes": [str(folder / "a")], "guard": "g"}
    for n in range(3):
        ids.append(client.call("write_file", path=str(folder / "a"), content=str(n)))
        asking.say(lambda: asking.child.give(asking.child.last("doorkeep/plan"), plan))
    assert "too many questions" in client.refused(ids[2])
    assert len(asking.core.approvals.listed()) == 2


@pytest.mark.parametrize(("client", "seconds"), [("claude-ai", 180), ("whoever", 45), ("", 45)])
def test_each_client_is_kept_waiting_for_three_quarters_of_its_patience(client: str, seconds: float) -> None:
    assert approvals.patience(client) == seconds
