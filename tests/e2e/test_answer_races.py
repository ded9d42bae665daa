"""A yes that races with whatever else may happen at the same moment, at a real gateway: no change without a recorded yes, ever."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.control.client import ControlClient
from app.core.errors import DoorkeepError
from app.core.folders import grant
from app.core.journal.reader import Reader
from app.core.journal.verify import verify
from tests.fakes.client import BridgeProcess

ROUNDS = 6
APART = 0.003
"""Seconds, at most, between the two rivals of a round; which of them comes first is the experiment."""
PROGRAM = 0.25
"""Seconds that a rival which is a program of its own takes to begin, about."""

Wait = Callable[..., Any]


class Round:
    """One call that waits for its answer, and all that may be done to it."""

    def __init__(self, home: str, target: Path, client: BridgeProcess, control: Callable[[], ControlClient]) -> None:
        self.home = home
        self.target = target
        self.client = client
        self.control = control
        self.taken: list[str] = []
        """The answers that the gateway confirmed."""

    def put(self, wait_until: Wait) -> None:
        """Make the call, and wait for its question."""
        self.client.call("race", "write_file", modern=True, path=str(self.target), content="x\n", mode="create")
        self.door = self.control()
        self.other = self.control()
        (question,) = wait_until(lambda: self.door.call("approvals")["approvals"])
        self.question = question["id"]

    def allow(self) -> None:
        self._answer(self.door, "allow")

    def allow_too(self) -> None:
        self._answer(self.other, "allow")

    def deny(self) -> None:
        self._answer(self.other, "deny")

    def command_line(self) -> None:
        words = ["approvals", "allow", self.question]
        command = [sys.executable, "-m", "app.cli", *words]
        if subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0:
            self.taken.append("allow")

    def cancel(self) -> None:
        self.client.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "race"}})

    def client_dies(self) -> None:
        self.client.process.kill()

    def gateway_dies(self) -> None:
        os.kill(self.door.pid, signal.SIGKILL)

    def pause(self) -> None:
        self.other.call("pause")

    def close_folder(self) -> None:
        grant(self.home, str(self.target.parent), "off")

    def end(self) -> None:
        """Everything as it was, for the next round."""
        self.client.end()
        for one in (self.door, self.other):
            one.close()
        grant(self.home, str(self.target.parent), "ask")
        with self.control() as door:
            door.call("resume")

    def _answer(self, door: ControlClient, answer: str) -> None:
        with contextlib.suppress(DoorkeepError):
            door.call("answer", id=self.question, answer=answer)
            self.taken.append(answer)


RIVALS = {
    "a second yes": Round.allow_too,
    "a no": Round.deny,
    "a yes of the command line": Round.command_line,
    "the client taking it back": Round.cancel,
    "the client's death": Round.client_dies,
    "the gateway's death": Round.gateway_dies,
    "a pause": Round.pause,
    "the folder being closed": Round.close_folder,
}


def race(one: Callable[[], None], other: Callable[[], None], lead: float) -> None:
    """Both at about the same moment; a positive lead lets `one` begin first, by so many seconds."""
    start = threading.Barrier(2)

    def after(fn: Callable[[], None], seconds: float) -> None:
        start.wait(30)
        time.sleep(seconds)  # the moment is the experiment, nothing waits for it
        fn()

    rivals = [
        threading.Thread(target=after, args=[one, max(0.0, -lead)], daemon=True),
        threading.Thread(target=after, args=[other, max(0.0, lead)], daemon=True),
    ]
    for each in rivals:
        each.start()
    for each in rivals:
        each.join(60)
        assert not each.is_alive()


@pytest.mark.parametrize("rival", RIVALS, ids=str)
def test_nothing_is_changed_without_a_recorded_yes_when_a_yes_races_with(
    rival: str, chain: str, folder: Path, bridge: Callable, control: Callable, wait_until: Wait
) -> None:
    grant(chain, str(folder), "ask")
    chance = random.Random(rival)
    rounds = [Round(chain, folder / f"{number}.txt", bridge(), control) for number in range(ROUNDS)]
    for one in rounds:
        one.put(wait_until)
        lead = chance.uniform(-APART, APART) if rival != "a yes of the command line" else -2 * PROGRAM * chance.random()
        race(one.allow, lambda one=one: RIVALS[rival](one), lead)
        one.end()
        assert len(one.taken) <= 1, "a question was answered twice"
    wait_until(lambda: all(row.outcome not in ("running", "waiting") for row in rows(chain)))
    judge(chain, rounds)


def rows(home: str) -> list[Any]:
    with Reader(home) as reader:
        return list(reader.walk("tool:write_file"))


def judge(home: str, rounds: list[Round]) -> None:
    """What must hold of the log and the folder, whoever won."""
    changed = {str(one.target) for one in rounds if one.target.exists()}
    yes: set[str] = set()
    with Reader(home) as reader:
        for row in rows(home):
            found = reader.show(row.id)
            assert found is not None
            said_yes = False
            for event in found[1]:
                body = json.loads(event.body)
                said_yes = said_yes or (event.kind == "answered" and body.get("answer") == "allow")
                if event.kind == "decided" and body.get("decision") == "allowed":
                    assert said_yes, f"row {row.id} was allowed without a yes"
                    yes.update(row.paths)
    assert changed <= yes, "a file was changed that no yes is recorded for"
    report = verify(home)
    assert report.whole, report.findings
