"""A session that calls all the time, at a steady pace, from a thread of its own; every call and its answer is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.fakes.client import BridgeProcess

BOUND = 30.0


class Called(NamedTuple):
    """One call: when it was sent (monotonic), its arguments, whether it was refused or failed, and the answer's text."""

    sent: float
    arguments: dict[str, Any]
    failed: bool
    text: str


class Caller:
    """Calls one tool with each of the arguments in turn, `every` so many seconds."""

    def __init__(self, client: BridgeProcess, tool: str, arguments: Sequence[dict[str, Any]], every: float) -> None:
        self.tool = tool
        self.calls: list[Called] = []
        self._client = client
        self._arguments = arguments
        self._every = every
        self._enough = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def since(self, moment: float) -> list[Called]:
        """The calls that were sent after that moment and have their answer."""
        return [call for call in list(self.calls) if call.sent > moment]

    def end(self) -> None:
        """Sends no more. Raises what went wrong on the thread."""
        self._enough.set()
        self._thread.join(BOUND)
        assert not self._thread.is_alive(), f"a call of {self.tool} has no answer"
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        number = 0
        began = time.monotonic()
        try:
            while not self._enough.wait(max(0.0, began + number * self._every - time.monotonic())):
                number += 1
                arguments = self._arguments[number % len(self._arguments)]
                sent = time.monotonic()
                self._client.call(f"steady-{number}", self.tool, **arguments)
                self.calls.append(called(sent, arguments, self._client.answer(f"steady-{number}", BOUND)))
        except Exception as error:
            self._error = error


def called(sent: float, arguments: dict[str, Any], answer: dict[str, Any]) -> Called:
    """An answer as a client's user meets it."""
    if "error" in answer:
        return Called(sent, arguments, True, str(answer["error"].get("message")))
    result = answer["result"]
    text = "".join(block.get("text", "") for block in result.get("content", []))
    return Called(sent, arguments, bool(result.get("isError")), text)


@contextmanager
def calling(client: BridgeProcess, tool: str, *arguments: dict[str, Any], every: float = 0.05) -> Iterator[Caller]:
    """Calls while the block runs."""
    caller = Caller(client, tool, arguments, every)
    try:
        yield caller
    finally:
        caller.end()
