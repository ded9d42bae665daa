"""The log as it happens: pushed by the gateway while one runs, else read from the log's end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from app.core.errors import DoorkeepError, GatewayUnreachableError
from app.core.journal.record import OPEN_OUTCOMES, CallRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.core.journal.filter import Filter
    from app.core.journal.reader import Reader

POLL = 0.25
"""Seconds between two looks at the log while no gateway pushes."""
KNOCK = 2.0
"""Seconds between two tries to reach a gateway."""
REMEMBERED = 4096


class Control(Protocol):
    """What is used of app.control.client.ControlClient."""

    def call(self, name: str, /) -> Any: ...
    def events(self, seconds: float | None = None) -> Iterator[Any]: ...
    def close(self) -> None: ...


def connect(home: str) -> Control | None:
    """A control connection, or None: no gateway runs."""
    from app.control.client import ControlClient

    try:
        return ControlClient.connect(home)
    except GatewayUnreachableError:
        return None


class Follower:
    """Gives each state of each call once, from `cursor` on, whoever tells of it first."""

    def __init__(
        self, reader: Reader, found: Filter, cursor: int, connect: Callable[[str], Control | None] = connect
    ) -> None:
        self._reader = reader
        self._found = found
        self._cursor = cursor
        self._connect = connect
        self._seen: dict[int, tuple[bool, str, str | None]] = {}

    def records(self, sleep: Callable[[float], None] = time.sleep) -> Iterator[CallRecord]:
        """Endless. Raises JournalError where the log cannot be read."""
        knock = 0.0
        while True:
            if time.monotonic() >= knock:
                knock = time.monotonic() + KNOCK
                control = self._connect(self._reader.home)
                if control is not None:
                    try:
                        yield from self._pushed(control)
                    except (DoorkeepError, OSError):
                        pass  # the gateway has gone; the log tells the rest
                    finally:
                        control.close()
            yield from self._written()
            sleep(POLL)

    def _pushed(self, control: Control) -> Iterator[CallRecord]:
        control.call("follow")
        yield from self._written()
        while True:
            for event in control.events(60.0):
                if event.event == "missed":
                    yield from self._written()
                elif event.event == "call":
                    record = msgspec.json.decode(msgspec.json.encode(event.record), type=CallRecord)
                    if self._found.takes(record) and self._is_new(record):
                        yield record

    def _written(self) -> Iterator[CallRecord]:
        while True:
            changes = self._reader.changes(self._cursor, self._found)
            if changes.cursor == self._cursor:
                return
            self._cursor = changes.cursor
            for record in changes.records:
                if self._is_new(record):
                    yield record

    def _is_new(self, record: CallRecord) -> bool:
        """False for a state that was given already, and for one that comes late: what was said of a call only moves on."""
        state = (record.outcome not in OPEN_OUTCOMES, record.outcome, record.decision)
        before = self._seen.pop(record.id, None)
        if before is not None and (before == state or before[0] > state[0]):
            self._seen[record.id] = before
            return False
        if len(self._seen) >= REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self._seen[record.id] = state
        return True
