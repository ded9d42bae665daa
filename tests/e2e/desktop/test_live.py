"""Live means pushed: a call is on the screen while it runs, and its row changes where it stands."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from tests.fakes.client import BridgeProcess
from tests.fakes.person import Person

SLOW_SECONDS = 2.0
TRIES = 5
"""A machine that hangs for two seconds shows nothing in them; one that pushes shows it soon enough in one of so many calls."""


def test_a_call_appears_on_home(person: Person, client: BridgeProcess, folder: Path) -> None:
    person.sees("No call yet")
    client.call(1, "read_file", path=str(folder / "report.md"))
    assert "Total: 42" in str(client.answer(1))
    person.sees(r"fake read report\.md .*: Allowed$")


def test_a_refused_call_appears_in_activity_with_its_reason(person: Person, client: BridgeProcess) -> None:
    person.click("^Activity$", role="Row")
    person.sees("^No call yet$")
    client.call(1, "read_file", path="/etc/hostname")
    assert client.answer(1)["result"]["isError"]
    person.click("fake wanted to read hostname, /etc, Denied$", role="Row")
    person.sees("^Allow this folder…$")
    person.sees("^/etc/hostname lies in no granted folder$")


def test_a_row_is_there_as_running_while_a_call_of_two_seconds_runs(
    person: Person, client: BridgeProcess, control: Callable, folder: Path, wait_until: Callable
) -> None:
    person.click("^Activity$", role="Row")
    client.call("first", "read_file", path=str(folder / "report.md"))
    assert "Total: 42" in str(client.answer("first"))
    with control() as open_door:
        (server,) = open_door.call("status")["servers"]

    def seen_while_it_ran(number: int) -> bool:
        name = f"slow{number}.md"
        (folder / name).write_text("slow\n")
        with slowed(server["pid"]):
            client.call(number, "read_file", path=str(folder / name))
            person.sees(rf"fake read {name}, .*, (Running|Allowed)$", role="Row")
            seen = person.find(rf"fake read {name}, .*, Running$", role="Row")
            in_time = seen is not None and not answered(client)
        assert "slow" in str(client.answer(number))
        changed = person.sees(rf"fake read {name}, .*, Allowed$", role="Row")
        assert seen is None or (changed.x, changed.y) == (seen.x, seen.y), "the row jumped"
        return in_time

    assert any(seen_while_it_ran(number) for number in range(TRIES))


class slowed:  # noqa: N801 - reads as a phrase
    """A server that takes two seconds: it is held for so long, whatever it was asked."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._end = threading.Timer(SLOW_SECONDS, os.kill, [pid, signal.SIGCONT])

    def __enter__(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)
        self._end.start()

    def __exit__(self, *_: object) -> None:
        self._end.join()


def answered(client: BridgeProcess) -> bool:
    assert client.process.stdout
    return bool(select.select([client.process.stdout], [], [], 0)[0])
