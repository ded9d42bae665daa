"""Pins: what is answered without starting a server."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from app.bridge.home import ready_answers
from app.bridge.offline import Offline
from app.gateway.greeting import Greeted
from app.gateway.pins import Pins, builtin_folder, unknown_pin
from tests.fakes.door import FOREIGN_PIN, PIN


@pytest.fixture
def pins(home: str, tmp_path: Path) -> Pins:
    builtin = tmp_path / "builtin"
    builtin.mkdir()
    (builtin / "filesystem.json").write_text(json.dumps(PIN))
    pinned = Path(home) / "pins"
    pinned.mkdir()
    (pinned / "tracker.json").write_text(json.dumps(FOREIGN_PIN))
    return Pins(home, str(builtin))


def test_tools_are_listed_exactly_as_pinned(pins: Pins) -> None:
    pin = pins.get("filesystem")
    assert pin is not None
    assert json.loads(pin.tools_legacy) == {"tools": PIN["tools"]}
    assert json.loads(pin.tools_modern)["tools"] == PIN["tools"]


def test_facts_say_what_each_tool_does(pins: Pins) -> None:
    pin = pins.get("filesystem")
    assert pin is not None
    facts = pin.tools["move_file"].facts
    assert facts is not None
    assert facts.writes == ("source", "destination")
    assert facts.changes


def test_a_tool_behind_a_switch_is_known_and_shown_only_where_that_is_on(home: str, tmp_path: Path) -> None:
    facts = {**PIN["facts"], "undo": {"changes": True, "plan_first": True, "switch": "create"}}
    (tmp_path / "odd.json").write_text(json.dumps({**PIN, "facts": facts}))
    pin = Pins(home, str(tmp_path)).get("odd")
    assert pin is not None
    assert pin.behind == {"create"}
    assert "undo" in pin.tools
    assert b'"undo"' not in pin.tools_legacy
    assert pin.offering(frozenset(("remote", "hooks"))) is pin
    shown = pin.offering(frozenset(("create", "remote")))
    assert json.loads(shown.tools_legacy) == {"tools": PIN["tools"]}
    assert pin.offering(frozenset(("create",))) is shown


def test_a_tool_of_ours_without_facts_counts_as_changing(home: str, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(json.dumps({**PIN, "facts": {}}))
    pin = Pins(home, str(tmp_path)).get("odd")
    assert pin is not None
    facts = pin.tools["read_file"].facts
    assert facts is not None
    assert facts.changes


def test_a_pin_in_home_is_never_taken_for_one_of_ours(home: str, tmp_path: Path) -> None:
    pinned = Path(home) / "pins"
    pinned.mkdir()
    (pinned / "sly.json").write_text(json.dumps(PIN))
    pin = Pins(home, str(tmp_path)).get("sly")
    assert pin is not None
    assert not pin.builtin
    assert pin.tools["write_file"].facts is None


def test_a_strangers_hint_says_what_only_reads(pins: Pins) -> None:
    pin = pins.get("tracker")
    assert pin is not None
    assert pin.tools["list_issues"].read_only
    assert not pin.tools["create_issue"].read_only


@pytest.mark.parametrize("content", ["", "{", "[]", '{"server":{}}', '{"server":{"name":"x"},"tools":[{}]}'])
def test_a_pin_that_cannot_be_read_is_none(home: str, tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.json").write_text(content)
    assert Pins(home, str(tmp_path)).get("bad") is None


def test_a_server_nobody_pinned_says_so(pins: Pins) -> None:
    assert pins.get("nothing") is None
    assert "a server named nothing" in unknown_pin("nothing").handshake()["instructions"]


def test_the_bridge_can_answer_from_what_is_left_for_it(pins: Pins, home: str) -> None:
    pins.write_ready_answers()
    assert Path(ready_answers(home, "tracker")).exists()
    from app.bridge.framing import Request

    offline = Offline(home, "filesystem")
    tools = json.loads(offline.answer(Request(1, "tools/list", "", b""), "words"))["result"]
    assert tools == {"tools": PIN["tools"]}
    hello = json.loads(offline.answer(Request(1, "initialize", "", b""), "words", {"protocolVersion": "2025-06-18"}))
    assert hello["result"]["protocolVersion"] == "2025-06-18"
    assert hello["result"]["serverInfo"]["name"] == "filesystem"
    discovered = json.loads(offline.answer(Request(1, "server/discover", "2026-07-28", b""), "words"))["result"]
    assert discovered["instructions"] == "Work on files."


def test_ready_answers_are_written_only_when_they_changed(pins: Pins, home: str) -> None:
    pins.write_ready_answers()
    path = Path(ready_answers(home, "filesystem"))
    before = path.stat().st_mtime_ns, path.stat().st_ino
    pins.write_ready_answers()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_every_pin_that_ships_can_be_opened() -> None:
    pins = Pins("/nowhere")
    names = pins.builtin_names()
    assert "filesystem" in names, f"run the command that writes {builtin_folder()}"
    for name in names:
        pin = pins.get(name)
        assert pin is not None
        assert pin.builtin
        assert pin.tools


def test_a_pin_laid_out_for_people_is_still_answered_in_one_line(home: str, tmp_path: Path) -> None:
    (tmp_path / "filesystem.json").write_text(json.dumps(PIN, indent=2))
    pin = Pins(home, str(tmp_path)).get("filesystem")
    assert pin is not None
    for answer in (pin.tools_legacy, pin.tools_modern, pin.ready()):
        assert b"\n" not in answer


def test_nulls_in_a_strangers_tool_are_no_obstacle(home: str) -> None:
    tools = [
        {"name": "one", "inputSchema": {"type": "object"}, "annotations": None},
        {"name": "two", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": None}},
    ]
    Path(home, "pins").mkdir()
    Path(home, "pins", "odd.json").write_text(json.dumps({"server": {"name": "odd"}, "tools": tools}))
    pin = Pins(home).get("odd")
    assert pin is not None
    assert [(tool.name, tool.read_only) for tool in pin.tools.values()] == [("one", False), ("two", False)]


def said(pins: Pins, description: str) -> Greeted:
    """The pinned server with another description of its first tool."""
    accepted = pins.accepted("tracker")
    assert accepted is not None
    first = {**json.loads(bytes(accepted.tools[0])), "description": description}
    return Greeted("2025-11-25", "tracker", tools=[msgspec.Raw(json.dumps(first).encode()), *accepted.tools[1:]])


def test_a_difference_waits_until_it_was_seen_and_another_one_waits_anew(pins: Pins, home: str) -> None:
    assert pins.to_review(["filesystem", "tracker", "nobody"]) == []
    pins.found("tracker", said(pins, "other"))
    assert pins.to_review(["filesystem", "tracker"]) == ["tracker"]
    pins.keep_hidden("tracker")
    assert pins.to_review(["tracker"]) == []
    pins.found("tracker", said(pins, "other"))
    assert pins.to_review(["tracker"]) == []
    assert Pins(home).to_review(["tracker"]) == [], "it is remembered"
    pins.found("tracker", said(pins, "yet other"))
    assert pins.to_review(["tracker"]) == ["tracker"]


def test_what_was_trusted_as_found_waits_until_it_is_accepted(pins: Pins) -> None:
    accepted = pins.accepted("tracker")
    assert accepted is not None
    pins.accept("tracker", msgspec.structs.replace(accepted, reviewed=False))
    assert pins.to_review(["tracker"]) == ["tracker"]
    pins.accept("tracker", accepted)
    assert pins.to_review(["tracker"]) == []


def test_a_pin_that_is_ours_never_waits(home: str, tmp_path: Path) -> None:
    (tmp_path / "filesystem.json").write_text(json.dumps({**PIN, "reviewed": False}))
    assert Pins(home, str(tmp_path)).to_review(["filesystem"]) == []
