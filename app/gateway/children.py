"""One server process, from its start to its end: pipes, stderr kept in a bounded file, exit noticed, group ended.

A child is never left behind: whatever way it ends, its whole process group is ended with it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.gateway import spawning
from app.gateway.channel import Channel
from app.gateway.lines import Lines
from app.gateway.log import BoundedFile
from app.gateway.scrubbing import Scrubber
from app.gateway.ticks import Ticks
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.private import Private

GRACE_SECONDS = 2.0
"""Between the end of stdin, SIGTERM and SIGKILL."""
FLOOD = 1024 * 1024
"""Bytes of stderr in one second above which a server is read more slowly; it then waits for us, and nobody else does."""
FLOOD_SECONDS = 0.5
STRAY = 2000
"""Bytes kept of a line on stdout that is no protocol."""
_LAST_OUTPUT_SECONDS = 0.5


class Child:
    """What the supervisor gives to callers. `send` may be called before the process runs: the lines wait.

    `in_flight` is kept by whoever calls: a child with calls in flight is not stopped for idleness,
    nor is one that is `held` for something else.
    """

    def __init__(self, loop: Ticks, server: str, stderr: BoundedFile, longest: int = wire.MAX_LINE) -> None:
        self.server = server
        self.in_flight = 0
        self.held = 0
        self.foreign = False
        """A program of others: what it leaves behind is looked for."""
        self.pid = 0
        self.started = 0.0
        self.used = time.monotonic()
        self.stopping = ""
        self.failure = ""
        self.gone = False
        self.policy: wire.Policy | None = None
        self.confined_to: wire.Policy | None = None
        self.on_gone: Callable[[Child, str], None] | None = None
        self.channel: Channel | None = None
        self.scrubber = Scrubber({})
        """Keeps secrets that the process was given out of its log."""
        self.private: Private | None = None
        """Answers what a program of ours asks the gateway alone; a program of others has none."""
        self._loop = loop
        self._longest = longest
        self._stderr_file = stderr
        self._stderr: Channel | None = None
        self._said: tuple[float, int] = (0.0, 0)
        self._status: int | None = None
        self._output_ended = False
        self._waiting: list[bytes] = []
        self._message: Callable[[bytes], None] = _unheard
        self._exits: list[Callable[[str], None]] = []

    def on_message(self, callback: Callable[[bytes], None]) -> None:
        """Who gets the lines that the server writes, without their newline."""
        self._message = callback

    def on_exit(self, callback: Callable[[str], None]) -> None:
        """Who is told, once, that the server ended, and why, in words for a person."""
        self._exits.append(callback)

    def send(self, line: bytes) -> None:
        """Queue a line (newline included) for the server."""
        self.used = time.monotonic()
        if self.channel is not None:
            self.channel.write(line)
        elif not self.gone:
            self._waiting.append(line)

    def start(self, argv: list[str], env: dict[str, str], cwd: str, die_with_us: bool) -> None:
        """Start the process; lines that wait go first. Raises OSError."""
        found = spawning.spawn(argv, env, cwd, die_with_us)
        self.pid = found.pid
        self.started = time.monotonic()
        lines = Lines(self._line, self._long, self._longest)
        self.channel = self._loop.channel(found.stdout, found.stdin, lines.feed, self._output_closed)
        self._stderr = self._loop.channel(found.stderr, -1, self._complained)
        waiting, self._waiting = self._waiting, []
        for line in waiting:
            self.channel.write(line)

    def end_input(self) -> None:
        """Nothing more will be sent; what it still writes is read."""
        if self.channel is not None:
            self.channel.end()

    def stray(self, line: bytes) -> None:
        """Note a line of its stdout that nobody can be given."""
        self._stderr_file.append(b"stdout: " + self.scrubber.clean(line, STRAY) + b"\n")

    def stop(self, words: str) -> None:
        """End it: stdin's end, then SIGTERM, then SIGKILL, GRACE_SECONDS apart."""
        if self.gone or self.stopping:
            return
        self.stopping = words
        if self.channel is None:
            self._loop.soon(self._finish)
            return
        self.channel.end()
        self._loop.later(GRACE_SECONDS, self.kill)
        self._loop.later(2 * GRACE_SECONDS, lambda: self.kill(force=True))

    def kill(self, force: bool = False) -> None:
        """Ask, or `force`, the whole process group to end, if the child still runs."""
        if self.pid and self._status is None:
            spawning.signal_group(self.pid, force)

    def reaped(self, status: int) -> None:
        """The process ended with this wait status. What it wrote before is still read, for a moment."""
        self._status = status
        if self.gone:
            return
        spawning.release(self.pid)
        if self._output_ended:
            self._finish()
        else:
            self._loop.later(_LAST_OUTPUT_SECONDS, self._finish)

    def failed(self, words: str) -> None:
        """It could not be started: those who wait for it are told in the loop's next turn."""
        self.failure = words
        self._loop.soon(self._finish)

    def end_at_once(self) -> None:
        """The gateway leaves now: kill the group and forget it."""
        self.kill(force=True)
        self.gone = True
        self._close()

    def _complained(self, chunk: bytes) -> None:
        self._stderr_file.append(self.scrubber.feed(chunk))
        now = time.monotonic()
        since, size = self._said
        if now - since > 1.0:
            since, size = now, 0
        self._said = (since, size + len(chunk))
        stderr = self._stderr
        if size + len(chunk) > FLOOD and stderr is not None:
            stderr.hold()
            self._loop.later(FLOOD_SECONDS, stderr.release)

    def _line(self, line: bytes) -> None:
        self.used = time.monotonic()
        if self.private is None or not self.private.takes(line):
            self._message(line)

    def _long(self, id_: wire.RequestId | None) -> None:
        if id_ is not None:
            words = f"The server {self.server} answered with more than {self._longest // 1048576} MiB."
            self._message(wire.error_line(id_, wire.INTERNAL_ERROR, words)[:-1])

    def _output_closed(self, _words: str) -> None:
        self._output_ended = True
        if self._status is not None:
            self._finish()
        elif not self.stopping:
            self._loop.later(GRACE_SECONDS, lambda: self.kill(force=True))  # deaf and dumb, yet alive

    def _finish(self) -> None:
        if self.gone:
            return
        self.gone = True
        self._close()
        words = (
            self.stopping or self.failure or f"The server {self.server} ended unexpectedly ({ending(self._status)})."
        )
        if self.on_gone is not None:
            self.on_gone(self, words)
        for callback in self._exits:
            callback(words)

    def _close(self) -> None:
        for channel in (self.channel, self._stderr):
            if channel is not None:
                channel.close()
        self.channel = self._stderr = None
        self._waiting.clear()
        rest = self.scrubber.end()
        if rest:
            self._stderr_file.append(rest)
        self._stderr_file.close()


def ending(status: int | None) -> str:
    """A wait status in words."""
    if status is None:
        return "it was never started"
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _unheard(_line: bytes) -> None:
    """A server that speaks before anyone listens is not heard."""
