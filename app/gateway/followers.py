"""Those who watch: each hears what happens, as lines. One that reads too slowly misses events and is told how many.

Nothing that a follower does may slow or stop a call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from app.control.messages import Event
from app.gateway.channel import Channel

BEHIND = 4 * 1024 * 1024
"""Bytes waiting for one follower above which events pass it by."""


class Source(Protocol):
    """Where records come from while anyone follows."""

    def follow(self, follower: Callable[[Any], None], /) -> Callable[[], None]: ...


class Followers:
    """Records are only made while somebody follows."""

    def __init__(self) -> None:
        self.source: Source | None = None
        self._missed: dict[Channel, int] = {}
        self._unfollow: Callable[[], None] | None = None
        self._encode = msgspec.json.Encoder().encode

    def add(self, channel: Channel) -> None:
        """From now on the channel hears every event."""
        self._missed.setdefault(channel, 0)
        if self._unfollow is None and self.source is not None:
            self._unfollow = self.source.follow(self.record)

    def remove(self, channel: Channel) -> None:
        """It hears nothing more. Harmless for one that never followed."""
        self._missed.pop(channel, None)
        if not self._missed and self._unfollow is not None:
            self._unfollow()
            self._unfollow = None

    def record(self, record: Any) -> None:
        """A row of the log changed."""
        self.publish(Event("call", record=msgspec.Raw(self._encode(record))))

    def publish(self, event: Event) -> None:
        """Tell all."""
        if not self._missed:
            return
        line = self._encode(event) + b"\n"
        for channel, missed in self._missed.items():
            if channel.pending > BEHIND:
                self._missed[channel] = missed + 1
                continue
            if missed:
                channel.write(self._encode(Event("missed", count=missed)) + b"\n")
                self._missed[channel] = 0
            channel.write(line)

    def __len__(self) -> int:
        return len(self._missed)
