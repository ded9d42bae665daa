"""Asking the user: the client's clock, the same call again, and never an allowed call without a recorded yes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from servers.runtime import wire
from tests.fakes.door import FORMS, MODERN_META, Client, Door
from tests.fakes.oracle import never_allowed_without_a_yes


def plan_of(folder: Path, guard: str = "g1", **more: Any) -> dict[str, Any]:
    return {"writes": [str(folder / "a.txt")], "preview": "+ hello", "guard": guard, **more}


def write(client: Client, folder: Path, content: str = "hello") -> Any:
    return client.call("write_file", path=str(folder / "a.txt"), content=content)


def answer_plan(door: Door, plan: dict[str, Any]) -> None:
    door.say(lambda: door.child.give(door.child.last("doorkeep/plan"), plan))


def asked(door: Door, folder: Path, client: Client, guard: str = "g1") -> tuple[Any, str]:
    """A call that waits for the user; gives the request's id and the question's."""
    id_ = write(client, folder)
    answer_plan(door, plan_of(folder, guard))
    return id_, door.core.approvals.listed()[-1]["id"]


def test_a_change_in_an_asking_folder_is_planned_shown_and_waits(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_, question = asked(asking, folder, client)
    listed = asking.core.approvals.listed()[0]
    assert listed["preview"] == "+ hello"
    assert listed["paths"] == [str(folder / "a.txt")]
    assert listed["folder"] == str(folder)
    assert listed["waiting"] is True
    assert asking.only_row().outcome == "waiting"
    assert asking.only_row().approval_id == question
    assert client.answers(id_) == []
    assert asking.child.requests("tools/call") == []


def test_a_yes_lets_the_call_go_with_the_guard_of_the_plan_that_was_shown(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_, question = asked(asking, folder, client)
    asking.say(lambda: asking.core.answer(question, "allow"))
    request = asking.child.last("tools/call")
    assert request["doorkeep"]["guard"] == "g1"
    asking.say(lambda: asking.child.give_text(request, "written", change_id="c7"))
    assert client.text(id_) == "written"
    row = asking.only_row()
    assert (row.decision, row.by, row.outcome, row.change_id) == ("allowed", "user", "ok", "c7")
    assert asking.journal.kinds(row.id) == ["opened", "asked", "answered", "decided", "closed"]
    assert asking.core.approvals.listed() == []


def test_a_no_is_told_to_the_model_and_nothing_is_sent(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_, question = asked(asking, folder, client)
    asking.say(lambda: asking.core.answer(question, "deny"))
    assert "the user said no" in client.refused(id_)
    assert asking.child.requests("tools/call") == []
    assert (asking.only_row().decision, asking.only_row().by) == ("denied", "user")


@pytest.mark.parametrize(("name", "patience"), [("tester", 45), ("claude-ai", 180)])
def test_after_three_quarters_of_the_clients_clock_it_is_told_to_call_again(
    asking: Door, folder: Path, name: str, patience: float
) -> None:
    client = asking.client(name=name)
    id_, _ = asked(asking, folder, client)
    asking.advance(patience - 1)
    assert client.answers(id_) == []
    asking.advance(2)
    assert "waiting for the user's approval; call again with the same arguments" in client.refused(id_)
    assert asking.only_row().outcome == "waiting"


def test_the_same_call_again_waits_for_the_same_question_in_the_same_row(asking: Door, folder: Path) -> None:
    client = asking.client()
    _, question = asked(asking, folder, client)
    asking.advance(50)
    again, same = asked(asking, folder, client)
    assert same == question
    asking.say(lambda: asking.core.answer(question, "allow"))
    asking.say(lambda: asking.child.give_text(asking.child.last("tools/call"), "written"))
    assert client.text(again) == "written"
    assert asking.only_row().outcome == "ok"


def test_a_yes_given_meanwhile_is_used_by_the_same_call_once(asking: Door, folder: Path) -> None:
    client = asking.client()
    _, question = asked(asking, folder, client)
    asking.advance(50)
    asking.say(lambda: asking.core.answer(question, "allow"))
    assert asking.child.requests("tools/call") == []
    write(client, folder)
    answer_plan(asking, plan_of(folder))
    assert len(asking.child.requests("tools/call")) == 1
    asking.say(lambda: asking.child.give_text(asking.child.last("tools/call"), "written"))
    write(client, folder)
    answer_plan(asking, plan_of(folder))
    assert len(asking.child.requests("tools/call")) == 1
    assert len(asking.core.approvals.listed()) == 1
    never_allowed_without_a_yes(asking)


@pytest.mark.parametrize("change", ["arguments", "client", "guard"])
def test_a_yes_is_for_nothing_but_the_very_call_that_was_shown(asking: Door, folder: Path, change: str) -> None:
    client = asking.client()
    _, question = asked(asking, folder, client)
    asking.advance(50)
    asking.say(lambda: asking.core.answer(question, "allow"))
    other = asking.client(name="another") if change == "client" else client
    write(other, folder, "something else" if change == "arguments" else "hello")
    answer_plan(asking, plan_of(folder, "g2" if change == "guard" else "g1"))
    assert asking.child.requests("tools/call") == []
    assert [entry["id"] for entry in asking.core.approvals.listed()] != [question]


def test_the_order_of_arguments_and_meta_do_not_matter_to_a_yes(asking: Door, folder: Path) -> None:
    client = asking.client()
    _, question = asked(asking, folder, client)
    asking.advance(50)
    asking.say(lambda: asking.core.answer(question, "allow"))
    client.call("write_file", meta={"progressToken": 9}, content="hello", path=str(folder / "a.txt"))
    answer_plan(asking, plan_of(folder))
    assert len(asking.child.requests("tools/call")) == 1


def test_an_unused_yes_expires(asking: Door, folder: Path) -> None:
    client = asking.client()
    _, question = asked(asking, folder, client)
    asking.advance(50)
    asking.say(lambda: asking.core.answer(question, "allow"))
    asking.advance(601)
    assert asking.only_row().outcome == "expired"
    write(client, folder)
    answer_plan(asking, plan_of(folder))
    assert asking.child.requests("tools/call") == []


def test_a_question_nobody_answers_expires_with_its_row(asking: Door, folder: Path) -> None:
    asked(asking, folder, asking.client())
    asking.advance(601)
    row = asking.only_row()
    assert (row.outcome, row.decision, row.by) == ("expired", "denied", "timeout")
    assert asking.core.approvals.listed() == []
    assert asking.loop.waiting <= 1


def test_a_no_given_meanwhile_is_told_to_the_same_call_once(asking: Door, folder: Path) -> None:
    client = asking.client()
    _, question = asked(asking, folder, client)
    asking.advance(50)
    asking.say(lambda: asking.core.answer(question, "deny"))
    assert asking.only_row().outcome == "denied"
    again = write(client, folder)
    answer_plan(asking, plan_of(folder))
    assert "the user said no" in client.refused(again)
    write(client, folder)
    answer_plan(asking, plan_of(folder))
    assert len(asking.core.approvals.listed()) == 1


def test_if_the_world_moved_after_the_yes_nothing_is_applied_and_the_question_is_new(
    asking: Door, folder: Path
) -> None:
    client = asking.client()
    id_, question = asked(asking, folder, client)
    asking.say(lambda: asking.core.answer(question, "allow"))
    asking.say(lambda: asking.child.give_error(asking.child.last("tools/call"), wire.WORLD_MOVED, "moved"))
    answer_plan(asking, plan_of(folder, "g2"))
    assert client.answers(id_) == []
    new = asking.core.approvals.listed()[0]["id"]
    assert new != question
    asking.say(lambda: asking.core.answer(new, "allow"))
    assert asking.child.last("tools/call")["doorkeep"]["guard"] == "g2"
    never_allowed_without_a_yes(asking)


def test_a_world_that_never_stands_still_ends_in_words(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("undo", change_id="c1")
    for round_ in range(10):
        if client.answers(id_):
            break
        answer_plan(granted, plan_of(folder, f"g{round_}"))
        if granted.child.requests("tools/call"):
            granted.say(lambda: granted.child.give_error(granted.child.last("tools/call"), wire.WORLD_MOVED, "moved"))
    assert "keeps changing" in client.refused(id_)


def test_two_same_calls_at_once_are_two_questions(asking: Door, folder: Path) -> None:
    client = asking.client()
    for _ in range(2):
        write(client, folder)
        answer_plan(asking, plan_of(folder))
    first = asking.core.approvals.listed()[0]["id"]
    asking.say(lambda: asking.core.answer(first, "allow"))
    assert len(asking.child.requests("tools/call")) == 1
    assert len(asking.core.approvals.listed()) == 1


def test_a_yes_after_a_pause_does_not_open_the_door(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_, question = asked(asking, folder, client)
    asking.core.pause()
    asking.say(lambda: asking.core.answer(question, "allow"))
    assert "paused" in client.refused(id_)
    assert asking.child.requests("tools/call") == []


@pytest.mark.parametrize("order", ["answer first", "cancel first", "timeout first"])
def test_whichever_comes_first_there_is_one_answer_and_no_call_without_a_yes(
    asking: Door, folder: Path, order: str
) -> None:
    client = asking.client()
    id_, question = asked(asking, folder, client)
    if order == "cancel first":
        client.notify("notifications/cancelled", {"requestId": id_})
        with pytest.raises(Exception, match="No question"):
            asking.core.answer(question, "allow")
    elif order == "timeout first":
        asking.advance(46)
        asking.say(lambda: asking.core.answer(question, "allow"))
    else:
        asking.say(lambda: asking.core.answer(question, "allow"))
        client.notify("notifications/cancelled", {"requestId": id_})
        with pytest.raises(Exception, match="No question"):
            asking.core.answer(question, "allow")
    asking.advance(5)
    assert len(client.answers(id_)) <= 1
    never_allowed_without_a_yes(asking)
    assert len(asking.child.requests("tools/call")) == (1 if order == "answer first" else 0)


def test_while_it_waits_a_client_that_wants_progress_gets_some(asking: Door, folder: Path) -> None:
    client = asking.client()
    client.call("write_file", meta={"progressToken": 5}, path=str(folder / "a.txt"), content="x")
    answer_plan(asking, plan_of(folder))
    asking.advance(31)
    told = client.told("notifications/progress")
    assert len(told) == 4
    assert all(later["progress"] > earlier["progress"] for earlier, later in pairwise(told))
    assert all(params["progress"] < 0.1 for params in told)


def test_a_yes_for_the_session_holds_for_the_tool_and_folder_until_the_client_leaves(
    asking: Door, folder: Path
) -> None:
    client = asking.client()
    _, question = asked(asking, folder, client)
    asking.say(lambda: asking.core.answer(question, "allow", "session"))
    write(client, folder, "another text")
    answer_plan(asking, plan_of(folder, "g9"))
    assert len(asking.child.requests("tools/call")) == 2
    other = asking.client()
    write(other, folder, "another text")
    answer_plan(asking, plan_of(folder, "g9"))
    assert len(asking.child.requests("tools/call")) == 2


def test_what_cannot_be_undone_asks_even_in_a_session_that_was_allowed(asking: Door, folder: Path) -> None:
    client = asking.client()
    _, question = asked(asking, folder, client)
    asking.say(lambda: asking.core.answer(question, "allow", "session"))
    write(client, folder, "another text")
    answer_plan(asking, plan_of(folder, "g9", undoable=False))
    assert asking.core.approvals.listed()[0]["undoable"] is False


def test_a_modern_client_with_forms_puts_the_question_itself(asking: Door, folder: Path) -> None:
    client = asking.client(meta=FORMS)
    id_ = write(client, folder)
    answer_plan(asking, plan_of(folder))
    result = client.answer_to(id_)["result"]
    assert result["resultType"] == "input_required"
    assert "+ hello" in result["inputRequests"]["approval"]["params"]["message"]
    again = client.call(
        "write_file",
        more={
            "requestState": result["requestState"],
            "inputResponses": {"approval": {"action": "accept", "content": {"answer": "allow once"}}},
        },
        path=str(folder / "a.txt"),
        content="hello",
    )
    answer_plan(asking, plan_of(folder))
    asking.say(lambda: asking.child.give_text(asking.child.last("tools/call"), "written"))
    assert client.text(again) == "written"
    assert asking.journal.kinds(asking.only_row().id) == ["opened", "asked", "answered", "decided", "closed"]


@pytest.mark.parametrize(
    ("response", "words"),
    [
        ({"action": "decline"}, "the user said no"),
        ({"action": "accept", "content": {"answer": "deny"}}, "the user said no"),
        ({"action": "accept", "content": {"answer": "allow everything for ever"}}, "the user said no"),
        ({"action": "cancel"}, "waiting for the user's approval"),
        ({"action": 3}, "waiting for the user's approval"),
    ],
)
def test_any_other_form_answer_allows_nothing(asking: Door, folder: Path, response: Any, words: str) -> None:
    client = asking.client(meta=FORMS)
    id_ = write(client, folder)
    answer_plan(asking, plan_of(folder))
    state = client.answer_to(id_)["result"]["requestState"]
    more = {"requestState": state, "inputResponses": {"approval": response}}
    again = client.call("write_file", more=more, path=str(folder / "a.txt"), content="hello")
    assert words in client.refused(again)
    assert asking.child.requests("tools/call") == []


@pytest.mark.parametrize("forged", ["", "nonsense", "abc.def", None])
def test_a_state_that_is_not_ours_is_as_good_as_none(asking: Door, folder: Path, forged: str | None) -> None:
    client = asking.client(meta=FORMS)
    id_ = write(client, folder)
    answer_plan(asking, plan_of(folder))
    true_state = client.answer_to(id_)["result"]["requestState"]
    state = true_state[:-1] + ("0" if true_state[-1] != "0" else "1") if forged is None else forged
    more = {
        "requestState": state,
        "inputResponses": {"approval": {"action": "accept", "content": {"answer": "allow once"}}},
    }
    client.call("write_file", more=more, path=str(folder / "a.txt"), content="other words")
    answer_plan(asking, plan_of(folder))
    assert asking.child.requests("tools/call") == []


def test_a_true_state_does_not_carry_a_yes_to_other_arguments(asking: Door, folder: Path) -> None:
    client = asking.client(meta=FORMS)
    id_ = write(client, folder)
    answer_plan(asking, plan_of(folder))
    more = {
        "requestState": client.answer_to(id_)["result"]["requestState"],
        "inputResponses": {"approval": {"action": "accept", "content": {"answer": "allow once"}}},
    }
    client.call("write_file", more=more, path=str(folder / "b.txt"), content="other")
    answer_plan(asking, plan_of(folder))
    assert asking.child.requests("tools/call") == []


def test_a_modern_client_without_forms_waits_like_any_other(asking: Door, folder: Path) -> None:
    client = asking.client(meta=MODERN_META)
    id_, _ = asked(asking, folder, client)
    asking.advance(46)
    assert "waiting for the user's approval" in client.refused(id_)
