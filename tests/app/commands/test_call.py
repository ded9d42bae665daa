from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.commands import call
from app.core.journal.reader import Reader
from app.core.journal.writer import Journal
from tests.fakes.house import House

Doorkeep = Callable[..., Any]


def test_a_tool_is_called_through_the_door_and_logged(doorkeep: Doorkeep, house: House) -> None:
    assert doorkeep("call", "plain", "echo", '{"a": 1}').out == '{"a": 1}\n'
    with Reader(house.home) as reader:
        record = reader.query().records[0]
    assert (record.server, record.tool, record.client.split()[0]) == ("plain", "echo", "doorkeep")


def test_the_whole_result_is_json_on_demand(doorkeep: Doorkeep, house: House) -> None:
    assert json.loads(doorkeep("call", "plain", "echo", "--json").out)["content"] == [{"type": "text", "text": "{}"}]


def test_a_refused_call_is_status_1_and_says_why(doorkeep: Doorkeep, house: House) -> None:
    doorkeep("servers", "off", "plain", "echo")
    found = doorkeep("call", "plain", "echo")
    assert (found.status, found.out, len(found.err.splitlines())) == (1, "", 1)
    assert found.err.startswith("doorkeep: ")


def test_an_unknown_tool_is_status_1(doorkeep: Doorkeep, house: House) -> None:
    assert doorkeep("call", "plain", "no_such").status == 1


@pytest.mark.parametrize("arguments", ["nonsense", "[]", '"x"'])
def test_arguments_that_are_no_object_are_usage(doorkeep: Doorkeep, house: House, arguments: str) -> None:
    found = doorkeep("call", "plain", "echo", arguments)
    assert (found.status, len(found.err.splitlines())) == (2, 1)


def write_rows(home: str, rows: list[tuple[str, str, dict[str, Any], str | None]]) -> None:
    """Calls that went well: server, tool, arguments, change."""
    journal = Journal.open(home)
    for server, tool, arguments, change in rows:
        row = journal.opened(
            client="Claude 1", session="s", server=server, tool=tool, arguments=json.dumps(arguments).encode()
        )
        journal.decided(row, decision="allowed", by="policy", reason="", folder=None, paths=["/home/x/a.md"])
        journal.closed(
            row,
            outcome="ok",
            duration_ms=1.0,
            result_preview="",
            result_bytes=2,
            change_id=change,
            paths=["/home/x/a.md"],
        )
    journal.commit()
    journal.close()


def test_changes_are_listed_newest_first_and_those_taken_back_say_so(doorkeep: Doorkeep, home: str) -> None:
    write_rows(
        home,
        [
            ("filesystem", "write_file", {"path": "a"}, "c1"),
            ("filesystem", "read_file", {"path": "a"}, None),
            ("filesystem", "edit_file", {"path": "a"}, "c2"),
            ("filesystem", "undo", {"change_id": "c1", "dry_run": True}, None),
            ("filesystem", "undo", {"change_id": "c2"}, "c3"),
        ],
    )
    found = json.loads(doorkeep("undo", "--list", "--json").out)
    assert [(change["id"], change["undone"]) for change in found] == [("c3", False), ("c2", True), ("c1", False)]
    assert found[0].keys() == {"id", "at", "client", "server", "tool", "paths", "call", "undone"}
    assert "c2" in doorkeep("undo", "--list").out
    assert len(json.loads(doorkeep("undo", "--list", "--limit", "1", "--json").out)) == 1


def test_no_change_is_said_so(doorkeep: Doorkeep, home: str) -> None:
    assert doorkeep("undo", "--list").out == "No call has changed anything that can be taken back.\n"


def test_a_change_is_taken_back_by_the_server_that_made_it(
    doorkeep: Doorkeep, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(home, [("notes", "edit_note", {}, "c1"), ("filesystem", "write_file", {}, "c2")])
    called: list[tuple[Any, ...]] = []
    monkeypatch.setattr(call, "_call", lambda *args, **_kw: called.append(args) or 0)
    assert doorkeep("undo", "c1").status == 0
    assert doorkeep("undo", "c2", "--dry-run").status == 0
    assert [args[1:] for args in called] == [
        ("notes", "undo_note", {"change_id": "c1"}),
        ("filesystem", "undo", {"change_id": "c2", "dry_run": True}),
    ]


def test_a_change_that_the_log_does_not_know_is_status_1(doorkeep: Doorkeep, home: str) -> None:
    found = doorkeep("undo", 'no"such')
    assert (found.status, len(found.err.splitlines())) == (1, 1)


@pytest.mark.parametrize("words", [(), ("x", "--list"), ("--limit", "3")])
def test_wrong_words_are_usage(doorkeep: Doorkeep, words: tuple[str, ...]) -> None:
    assert doorkeep("undo", *words).status == 2
