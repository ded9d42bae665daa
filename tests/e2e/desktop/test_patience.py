"""A client gives up after 60 s, a person takes longer: the client is answered in time, and its second call finds the yes."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from app.control.client import ControlClient
from app.core.journal.reader import Reader
from tests.fakes.client import stripped_environment
from tests.fakes.person import Person

GIVES_UP = 60
"""Seconds: what the SDK's TypeScript client, and so most clients, wait for an answer. Doorkeep answers after 45."""
BOUND = 90.0


class Model:
    """The official client, on a thread: makes the same call each time it is told to, and gives up on each after 60 s."""

    def __init__(self, home: str, **arguments: Any) -> None:
        self._go: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        entry = StdioServerParameters(
            command=sys.executable,
            args=["-m", "app.bridge.main", "--home", home, "filesystem"],
            env=stripped_environment(),
        )

        async def talk() -> None:
            async with Client(entry, mode="legacy") as client:
                while await anyio.to_thread.run_sync(self._go.get):
                    try:
                        self.results.put(await client.call_tool("write_file", arguments, GIVES_UP))
                    except Exception as error:  # the test looks at it: giving up is an error of the client's
                        self.results.put(error)

        self._thread = threading.Thread(target=anyio.run, args=[talk], daemon=True)
        self._thread.start()

    def call(self) -> None:
        self._go.put(True)

    def end(self) -> None:
        self._go.put(False)
        self._thread.join(BOUND)


@pytest.mark.timeout(240)
def test_an_answer_after_45_seconds_is_found_by_the_clients_second_call_and_asked_once(
    asking: str, watcher: Person, control: Callable[[], ControlClient], folder: Path, wait_until: Callable[..., Any]
) -> None:
    late = folder / "late.txt"
    model = Model(asking, path=str(late), content="at last\n")
    try:
        model.call()
        watcher.sees("wants to write late.txt")
        first = model.results.get(timeout=BOUND)
        assert first.is_error, first
        assert "waiting for the user's approval; call again with the same arguments" in first.content[0].text
        assert watcher.find("wants to write late.txt"), "the question stays while nobody waits for it"
        watcher.click("^Allow once$")
        wait_until(lambda: not watcher.find("wants to write late.txt"), 30)
        assert not late.exists(), "a yes alone does nothing"
        model.call()
        second = model.results.get(timeout=BOUND)
        assert not second.is_error, second
    finally:
        model.end()
    assert late.read_text() == "at last\n"
    assert not watcher.find("wants to write")
    with control() as open_door:
        assert open_door.call("approvals")["approvals"] == []
    with Reader(asking) as reader:
        (row,) = reader.query("tool:write_file", 10).records
    assert (row.decision, row.by, row.outcome) == ("allowed", "user", "ok")
