"""From a request to the question that is decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.gateway import eras
from app.gateway.pins import Tool
from app.gateway.questions import READ, Request, is_dry_run, is_foreign_uri, path_of_uri, question_of
from servers.runtime import wire
from tests.fakes.door import Door

WRITE = Tool("write_file", read_only=False, facts=wire.ToolFacts(writes=("path",), changes=True))


def request(tool: Tool, arguments: dict[str, Any], **more: Any) -> Request:
    return Request(1, False, tool, arguments, eras.NO_META, eras.ClientInfo("t"), **more)


@pytest.mark.parametrize(
    ("arguments", "dry"),
    [
        ({"dry_run": True}, True),
        ({"dryRun": True}, True),
        ({"dry_run": True, "dryRun": True}, True),
        ({"dry_run": False}, False),
        ({}, False),
        ({"dry_run": True, "dryRun": False}, False),
        ({"DRY_RUN": False, "dry_run": True}, False),
        ({"dry_run": "true"}, False),
        ({"dry_run": 1}, False),
    ],
)
def test_a_dry_run_is_one_only_if_every_spelling_says_so(arguments: dict[str, Any], dry: bool) -> None:
    assert is_dry_run(arguments) is dry


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///w/a%20b", "/w/a b"),
        ("file://localhost/w/a", "/w/a"),
        ("file:///w/%2e%2e/etc", "/w/../etc"),
        ("file:///C:/x", "C:/x"),
        ("file://elsewhere/w/a", "file://elsewhere/w/a"),
        ("http://x/y", "http://x/y"),
        ("file://", "file://"),
    ],
)
def test_only_a_local_file_uri_names_a_path(uri: str, path: str) -> None:
    assert path_of_uri(uri) == path


def test_the_arguments_that_hold_paths_become_places(granted: Door, folder: Path) -> None:
    move = Tool("move_file", read_only=False, facts=wire.ToolFacts(writes=("source", "destination"), changes=True))
    found = question_of(request(move, {"source": "a", "destination": f"{folder}/b"}), granted.view(), False, None)
    assert [place.path for place in found.writes] == [f"{folder}/a", f"{folder}/b"]
    assert found.changes
    assert found.plans


def test_a_dry_run_changes_nothing_but_its_places_are_judged(granted: Door, folder: Path) -> None:
    found = question_of(request(WRITE, {"path": f"{folder}/a", "dry_run": True}), granted.view(), False, None)
    assert not found.changes
    assert [place.path for place in found.writes] == [f"{folder}/a"]


def test_an_argument_that_is_null_or_of_another_type_names_no_place(granted: Door) -> None:
    for value in (None, 3, {"x": 1}):
        assert question_of(request(WRITE, {"path": value}), granted.view(), False, None).writes == []


def test_while_the_door_is_paused_no_path_is_looked_at(granted: Door) -> None:
    assert question_of(request(WRITE, {"path": "\0"}), granted.view(), True, None).paused


def test_a_resources_uri_is_judged_as_its_path(granted: Door, folder: Path) -> None:
    tool = Tool(READ, read_only=True, facts=wire.ToolFacts(reads=("uri",)))
    asked = request(tool, {"uri": (folder / "report.md").as_uri()}, method=READ)
    assert [place.path for place in question_of(asked, granted.view(), False, None).reads] == [f"{folder}/report.md"]


def test_a_strangers_tool_is_judged_by_its_hint_alone(granted: Door) -> None:
    found = question_of(request(Tool("x", read_only=True, facts=None), {"path": "/etc"}), granted.view(), False, None)
    assert not found.builtin
    assert not found.changes
    assert found.reads == []


@pytest.mark.parametrize(
    ("uri", "foreign"),
    [("note://v/a.md", True), ("git://x/y", True), ("file:///x", False), ("FILE:///x", False), ("C://x", False),
     ("/x", False), ("../x", False), ("://x", False), ("a b://x", False)],
)  # fmt: skip
def test_a_uri_of_the_servers_own_kind_is_left_to_the_server(granted: Door, uri: str, foreign: bool) -> None:
    assert is_foreign_uri(uri) is foreign
    tool = Tool(READ, read_only=True, facts=wire.ToolFacts(reads=("uri",)))
    if foreign:
        question = question_of(request(tool, {"uri": uri}, method=READ), granted.view(), False, None)
        assert question.reads == []
