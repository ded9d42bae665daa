"""Who of several processes may change a secret now: one at a time, the next when it is done, has died, or took too long.

A refresh token that is used twice ends the sign-in with many servers, so two sessions must never refresh at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from app.core.errors import VaultError
from app.gateway.limits import Clock, Timer

HELD_SECONDS = 60.0
"""How long one may hold a secret: as long as a server that is asked for new tokens may take, and longer than that takes."""
MOST_WAITING = 64
"""For one secret."""

Then = Callable[[Any], None]
"""Given None, or a VaultError."""


class _Turn(msgspec.Struct, eq=False):
    who: Any
    then: Then
    timer: Timer | None = None


class Holding:
    """One per gateway."""

    def __init__(self, loop: Clock) -> None:
        self._loop = loop
        self._turns: dict[str, deque[_Turn]] = {}
        """By secret; the first of each holds it."""

    def hold(self, name: str, who: object, then: Then) -> None:
        """`then` gets None once nobody else holds the secret; a VaultError where too many wait already."""
        turns = self._turns.setdefault(name, deque())
        if len(turns) >= MOST_WAITING:
            then(VaultError(f"Too many wait for the secret {name}.", "", "Try again in a moment."))
            return
        turns.append(_Turn(who, then))
        if len(turns) == 1:
            self._begin(name)

    def release(self, name: str, who: object) -> None:
        """Give it to the next. Whoever only waits for it waits no more."""
        turns = self._turns.get(name)
        if not turns:
            return
        if turns[0].who is who:
            self._next(name)
        else:
            self._turns[name] = deque(turn for turn in turns if turn.who is not who)

    def gone(self, who: object) -> None:
        """A process ended: it neither holds nor wants anything any more."""
        for name, turns in list(self._turns.items()):
            waiting = [turn for turn in list(turns)[1:] if turn.who is not who]
            holder = turns[0]
            turns.clear()
            turns.extend((holder, *waiting))
            if holder.who is who:
                self._next(name)

    def _begin(self, name: str) -> None:
        turn = self._turns[name][0]
        turn.timer = self._loop.later(HELD_SECONDS, lambda: self._next(name))
        turn.then(None)

    def _next(self, name: str) -> None:
        turns = self._turns[name]
        done = turns.popleft()
        if done.timer is not None:
            done.timer.cancel()
        if turns:
            self._begin(name)
        else:
            del self._turns[name]
