"""The Servers page during calls: off, on and restart by mouse; a client gets clear errors, then success, and never silence."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.fakes.caller import Caller, calling
from tests.fakes.client import BridgeProcess
from tests.fakes.person import SWITCH, Person

SOME = 5


def some_since(caller: Caller, moment: float, wait_until: Callable) -> list:
    """The first calls that were sent after a moment."""
    return wait_until(lambda: len(found := caller.since(moment)) >= SOME and found)


def test_a_server_is_stopped_started_and_restarted_by_mouse_during_calls(
    person: Person, client: BridgeProcess, control: Callable, folder: Path, wait_until: Callable
) -> None:
    def pid() -> int:
        with control() as open_door:
            return open_door.call("status")["servers"][0]["pid"]

    person.click("^Servers$", role="Row")
    with calling(client, "read_file", {"path": str(folder / "report.md")}) as caller:
        assert not any(call.failed for call in some_since(caller, 0.0, wait_until))

        person.choose("^Files on or off: On$", "Off", SWITCH)
        person.sees("^In force$")
        refused = some_since(caller, time.monotonic(), wait_until)
        assert all(call.failed and "the user switched this server off" in call.text for call in refused), refused

        person.choose("^Files on or off: Off$", "On", SWITCH)
        person.sees("^In force$")
        assert not any(call.failed for call in some_since(caller, time.monotonic(), wait_until))

        before, clicked = pid(), time.monotonic()
        person.click("^Restart Files$")
        person.sees("^Ended; its next call starts it afresh$")
        again = some_since(caller, time.monotonic(), wait_until)
        assert not any(call.failed for call in again), again
        assert pid() != before
        assert not [call for call in caller.since(clicked) if call.failed], "a restart loses no call"
