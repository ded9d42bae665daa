"""What is accepted is exactly what was shown, and nothing is accepted that nobody was shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import DoorkeepError
from tests.fakes.house import House

FICKLE = Path(__file__).parents[2] / "fakes" / "fickle_server.py"
TOOL = {"name": "one_tool", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


@pytest.fixture
def said(tmp_path: Path) -> Path:
    path = tmp_path / "said.json"
    path.write_text(json.dumps({"tools": [TOOL]}))
    return path


def setting(said: Path) -> dict[str, Any]:
    return {"name": "words", "command": sys.executable, "args": [str(FICKLE), str(said)], "env": {}}


def test_a_look_starts_it_once_and_accepts_nothing(house: House, said: Path) -> None:
    with house.control() as control:
        found = control.call("look_server", **setting(said))
        assert [tool["name"] for tool in found["tools"]] == ["one_tool"]
        assert (found["accepted"], found["protocol"]) == (False, "2025-11-25")
        assert control.call("reviews") == {"reviews": []}
    assert not Path(house.home, "pins", "words.json").exists()


def test_only_what_was_shown_is_accepted(house: House, said: Path) -> None:
    with house.control() as control:
        first = control.call("look_server", **setting(said))
        said.write_text(json.dumps({"tools": [TOOL, {**TOOL, "name": "second"}]}))
        second = control.call("look_server", **setting(said))
        for digest in (first["digest"], "", "0" * 32):
            with pytest.raises(DoorkeepError, match="not what you were shown"):
                control.call("accept_server", name="words", digest=digest)
        assert control.call("accept_server", name="words", digest=second["digest"])["tools"] == 2
        with pytest.raises(DoorkeepError, match="not what you were shown"):
            control.call("accept_server", name="words", digest=second["digest"])


def test_a_difference_that_a_session_found_can_be_accepted_without_another_look(house: House, said: Path) -> None:
    with house.control() as control:
        control.call("accept_server", name="words", digest=control.call("look_server", **setting(said))["digest"])
        table = f'[servers.words]\ncommand = "{sys.executable}"\nargs = ["{FICKLE}", "{said}"]\n'
        house.settings(table)
        said.write_text(json.dumps({"tools": [{**TOOL, "description": "Other words."}]}))
        with house.session("words") as session:
            session.request("tools/call", {"name": "one_tool", "arguments": {}}, 20)
        (waiting,) = control.call("reviews")["reviews"]
        assert (waiting["server"], waiting["changes"][0]["parts"][0]["after"]) == ("words", "Other words.")
        control.call("accept_server", name="words", digest=waiting["digest"])
        assert control.call("reviews") == {"reviews": []}


def test_a_forgotten_server_has_no_tools_and_its_processes_end(house: House, said: Path) -> None:
    with house.control() as control:
        control.call("accept_server", name="words", digest=control.call("look_server", **setting(said))["digest"])
        with house.session("words") as session:
            assert len(session.list_tools()) == 1
            control.call("forget_server", name="words")
            assert session.list_tools() == []


def test_a_built_in_server_cannot_be_replaced(house: House) -> None:
    with house.control() as control, pytest.raises(DoorkeepError, match="Doorkeep's own"):
        control.call("look_server", name="filesystem", command="true")


def test_a_server_trusted_as_found_waits_for_its_first_review(house: House, said: Path) -> None:
    with house.control() as control:
        seen = control.call("look_server", **setting(said))
        control.call("accept_server", name="words", digest=seen["digest"], reviewed=False)
        house.settings(f'[servers.words]\ncommand = "{sys.executable}"\nargs = ["{FICKLE}", "{said}"]\n')
        assert control.call("status")["reviews"] == ["words"]
        with house.session("words") as session:
            assert [tool["name"] for tool in session.list_tools()] == ["one_tool"]
        (waiting,) = control.call("reviews")["reviews"]
        assert (waiting["reviewed"], waiting["accepted"], waiting["changes"]) == (False, False, [])
        assert [tool["name"] for tool in waiting["tools"]] == ["one_tool"]
        control.call("accept_server", name="words", digest=waiting["digest"])
        assert control.call("status")["reviews"] == []
        assert control.call("reviews") == {"reviews": []}


def test_followers_hear_of_changed_tools_and_of_their_review(house: House, said: Path) -> None:
    with house.control() as control:
        control.call("accept_server", name="words", digest=control.call("look_server", **setting(said))["digest"])
        house.settings(f'[servers.words]\ncommand = "{sys.executable}"\nargs = ["{FICKLE}", "{said}"]\n')
        with house.control() as watcher:
            heard = watcher.events(20)
            watcher.call("follow")
            said.write_text(json.dumps({"tools": [TOOL, {**TOOL, "name": "second"}]}))
            with house.session("words") as session:
                session.request("tools/call", {"name": "one_tool", "arguments": {}}, 20)
            assert next(one for one in heard if one.state == "changed").server == "words"
            (waiting,) = control.call("reviews")["reviews"]
            control.call("accept_server", name="words", digest=waiting["digest"])
            assert next(one for one in heard if one.state == "accepted").server == "words"


def test_what_stays_hidden_waits_no_more_until_it_is_another_difference(house: House, said: Path) -> None:
    def change(words: str) -> None:
        said.write_text(json.dumps({"tools": [{**TOOL, "description": words}]}))
        control.call("test_server", name="words")
        with house.session("words") as session:
            assert session.list_tools() == []

    with house.control() as control:
        control.call("accept_server", name="words", digest=control.call("look_server", **setting(said))["digest"])
        house.settings(f'[servers.words]\ncommand = "{sys.executable}"\nargs = ["{FICKLE}", "{said}"]\n')
        change("Other words.")
        (waiting,) = control.call("reviews")["reviews"]
        assert control.call("status")["reviews"] == ["words"]
        control.call("hide_changes", name="words", digest=waiting["digest"])
        change("Other words.")
        assert control.call("status")["reviews"] == []
        (still,) = control.call("reviews")["reviews"]
        assert (still["kept_hidden"], still["digest"]) == (True, waiting["digest"])
        change("Yet other words.")
        assert control.call("status")["reviews"] == ["words"]
        with pytest.raises(DoorkeepError, match="not what you were shown"):
            control.call("hide_changes", name="words", digest=waiting["digest"])


def test_a_look_that_nobody_waits_for_is_stopped(house: House, wait_until: Callable[..., object]) -> None:
    with house.control() as control, house.control() as other:
        silent = {"name": "words", "command": sys.executable, "args": ["-c", "import sys; sys.stdin.read()"]}
        control.send(json.dumps({"id": 77, "call": "look_server", "with": silent}).encode() + b"\n")
        wait_until(lambda: other.call("stop_look", name="words")["stopped"], 30)
        answer = json.loads(control.line(20))
        assert "no longer looked at" in answer["error"]["title"]
