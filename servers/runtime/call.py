"""What a tool knows of the call it serves: the folders it may touch, how to report progress, and whether the client still wants it.

A call keeps the folders it began with; it is used by one thread, and only `cancel` comes from another.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from servers.runtime import wire
from servers.runtime.errors import Cancelled, ToolError, log_bug

if TYPE_CHECKING:
    from servers.runtime.safe.access import Folders
    from servers.runtime.undo.store import UndoStore

PROGRESS_SECONDS = 0.1
"""A client hears of one call's progress at most this often."""
CALL_SECONDS = 240.0
"""The longest that a call may run: clients give up at four to five minutes."""
MAX_CHARS = 40_000
"""What one result may hold unless the call asks for less."""


class Call:
    """One request being served. `folders` are there before a tool is called."""

    __slots__ = (
        "_deadline",
        "_on_cancel",
        "_said",
        "_said_at",
        "_send",
        "_token",
        "_touched",
        "cancelled",
        "change_id",
        "folders",
        "id",
        "max_chars",
        "modern",
        "order",
        "page_chars",
        "refusal",
        "tokens",
        "undo_store",
    )

    folders: Folders
    undo_store: Callable[[], UndoStore | None]

    def __init__(
        self,
        id_: wire.RequestId,
        *,
        modern: bool = True,
        order: wire.CallOrder | None = None,
        token: str | int | float | None = None,
        send: Callable[[bytes], object] | None = None,
    ) -> None:
        self.id = id_
        self.modern = modern
        self.order = order
        self.cancelled = False
        self.change_id = ""
        self.refusal: wire.Refusal | None = None
        self.tokens: dict[str, str] = {}
        self.max_chars = MAX_CHARS  # the policy's own bound once the call stands on its ground
        self.page_chars = MAX_CHARS  # of a listing or search, which names no bound of its own
        self._send = send
        self._token = token
        self._touched: dict[str, None] | None = None
        self._on_cancel: Callable[[], object] | None = None
        self._said = -1.0
        self._said_at = 0.0
        self._deadline = 0.0

    def touch(self, path: str) -> None:
        """Report an absolute path that the call read or changed; the gateway records it."""
        if self._touched is None:
            self._touched = {}
        self._touched[path] = None

    @property
    def undo(self) -> UndoStore | None:
        """Where before-images go, or None: the server was started without one. Raises ToolError where it cannot be used."""
        return self.undo_store()

    @property
    def touched(self) -> list[str]:
        """The paths reported, in order, each once."""
        return list(self._touched or ())

    def progress(self, done: float, total: float | None = None, message: str = "") -> None:
        """Tell a client that asked for it how far the call is; `done` grows, and too frequent reports are dropped."""
        if self._token is None or self._send is None or done <= self._said:
            return
        now = time.monotonic()
        if now - self._said_at < PROGRESS_SECONDS and done != total:
            return
        self._said, self._said_at = done, now
        params: dict[str, object] = {"progressToken": self._token, "progress": done}
        if total is not None:
            params["total"] = total
        if message:
            params["message"] = message
        self._send(wire.notification_line("notifications/progress", wire.encode(params)))

    def check(self) -> None:
        """To be called often in long work. Raises Cancelled when the client took the call back, ToolError past CALL_SECONDS."""
        if self.cancelled:
            raise Cancelled
        now = time.monotonic()
        if not self._deadline:
            self._deadline = now + CALL_SECONDS
        elif now > self._deadline:
            raise ToolError(f"This took longer than {CALL_SECONDS:.0f} seconds and was stopped. Ask for less at once.")

    def when_cancelled(self, act: Callable[[], object] | None) -> None:
        """Have `act` called, from another thread, when the client takes the call back (to end a child, say); None: no longer."""
        self._on_cancel = act
        if self.cancelled:
            self._act()

    def cancel(self) -> None:
        """Mark the call as taken back. Called by the reader, from another thread."""
        self.cancelled = True
        self._act()

    def _act(self) -> None:
        """Once at most, whichever thread comes first; what goes wrong must not reach the reader."""
        act, self._on_cancel = self._on_cancel, None
        if act is not None:
            try:
                act()
            except Exception as error:
                log_bug(error)
