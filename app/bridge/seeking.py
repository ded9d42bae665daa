"""When to look for a gateway, when to have one started, and when to stop looking. Keeps time only while it looks."""

from __future__ import annotations

import os
from time import monotonic

from app.bridge.home import stopped_mark
from app.bridge.offline import STOPPED, UNREACHABLE

START_SECONDS = 15.0
"""How long a gateway that was just started may take, with one before it that finishes its calls. Clients wait 60 s for a
handshake."""
RETURN_SECONDS = 5.0
"""How long to look for a gateway that ended while nobody waited, before looking again only at the next call."""
CALM_SECONDS = 15.0
"""After a start that failed: for so long a call is refused at once instead of trying to start again."""
FIRST_PAUSE = 0.004
LONGEST_PAUSE = 0.5


class Seeking:
    """`on` while looking. The pump tries when `due()` is 0, and reports `failed()`, or the conversation `found()`."""

    def __init__(self, home: str) -> None:
        self.on = False
        self.words = UNREACHABLE
        self._mark = stopped_mark(home)
        self._launch = False
        self._launched = False
        self._next = 0.0
        self._deadline = 0.0
        self._pause = FIRST_PAUSE
        self._calm_until = 0.0

    def begin(self, launch: bool) -> None:
        """Start looking, or, with `launch`, allow the search that is on to start a gateway."""
        now = monotonic()
        if self.on and (self._launch or not launch):
            return
        if not self.on:
            self._launched = False
            self._next = now
            self._pause = FIRST_PAUSE
        self.on = True
        self._launch = launch
        self._deadline = now + (START_SECONDS if launch else RETURN_SECONDS)

    def due(self) -> float:
        """Seconds until the next try; 0 when it is time."""
        return max(0.0, self._next - monotonic())

    def overdue(self) -> float:
        """Seconds until a gateway that took the connection must have greeted; 0 when it does not answer."""
        return max(0.0, self._deadline - monotonic())

    def failed(self) -> bool:
        """Nobody answered. True when a gateway should be started now; `on` is off when it is time to give up."""
        now = monotonic()
        if self.stopped():
            self.words = STOPPED
            self.on = False
            return False
        self.words = UNREACHABLE
        wanted = self._launch and not self._launched
        if now > self._deadline or (wanted and now < self._calm_until):
            if self._launched:
                self._calm_until = now + CALM_SECONDS
            self.on = False
            return False
        self._wait(now)
        self._launched = self._launched or wanted
        return wanted

    def stopped(self) -> bool:
        """Whether the user stopped Doorkeep."""
        return os.path.exists(self._mark)

    def interrupted(self) -> None:
        """A connection ended. Where it did so before the greeting, the search that is still on waits a little."""
        if self.on:
            self._wait(monotonic())

    def _wait(self, now: float) -> None:
        self._next = now + self._pause
        self._pause = min(self._pause * 1.4, LONGEST_PAUSE)

    def found(self) -> None:
        """The gateway greeted."""
        self.on = False
        self._calm_until = 0.0

    def stop(self) -> None:
        """Look no further."""
        self.on = False
