"""A row is opened once, closed once, and told to followers."""

from __future__ import annotations

from pathlib import Path

from app.core.journal.writer import Journal
from app.gateway.decision import Decision
from app.gateway.rows import Row
from tests.fakes.door import Door


def row_of(door: Door) -> Row:
    return Row(door.core, "tester 1", "s1", "filesystem", "read_file", b'{"path":"/w"}')


def test_a_row_tells_the_whole_story_of_a_call(door: Door) -> None:
    row = row_of(door)
    row.asked("q1", ["/w"], "preview")
    row.answered("q1", "allow", "user")
    row.decided(Decision("allow", "user", "the user said yes", "/w", ["/w"]))
    door.loop.advance(0.25)
    row.closed("ok", preview="done", size=4, change_id="c1", paths=["/w/a"])
    found = door.only_row()
    assert (found.client, found.session, found.server, found.tool) == ("tester 1", "s1", "filesystem", "read_file")
    assert (found.approval_id, found.decision, found.by, found.folder) == ("q1", "allowed", "user", "/w")
    assert (found.outcome, found.duration_ms, found.result_bytes, found.change_id) == ("ok", 250.0, 4, "c1")
    assert found.paths == ["/w/a"]


def test_a_second_end_is_dropped(door: Door) -> None:
    row = row_of(door)
    row.closed("cancelled")
    row.closed("ok", preview="too late")
    assert door.journal.kinds(row.id) == ["opened", "closed"]
    assert door.only_row().outcome == "cancelled"


def test_an_end_that_cannot_be_recorded_is_noted_not_raised(door: Door) -> None:
    row = row_of(door)
    door.journal.fail_on = {"closed"}
    row.closed("ok")
    assert door.core.journal_error is not None


def test_the_real_log_takes_a_call_that_was_asked_released_and_answered(asking: Door, folder: Path) -> None:
    journal = Journal.open(asking.home)
    door = Door(asking.home, str(folder.parent / "builtin"), journal)
    client = door.client()
    plan = {"writes": [str(folder / "a")], "guard": "g", "preview": "+ x"}
    for _ in range(2):
        client.call("write_file", path=str(folder / "a"), content="x")
        door.say(lambda: door.child.give(door.child.last("doorkeep/plan"), plan))
        door.advance(46)
    (question,) = door.core.approvals.listed()
    client.call("write_file", path=str(folder / "a"), content="x")
    door.say(lambda: door.child.give(door.child.last("doorkeep/plan"), plan))
    door.say(lambda: door.core.answer(question["id"], "allow"))
    door.say(lambda: door.child.give_text(door.child.last("tools/call"), "written", change_id="c1"))
    found = journal.record(question["call"])
    assert (found.outcome, found.decision, found.by, found.change_id) == ("ok", "allowed", "user", "c1")
    assert found.approval_id == question["id"]
    journal.close()
    again = Journal.open(asking.home)
    assert again.recovered == []
    again.close()
