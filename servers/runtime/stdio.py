"""The loop: one thread reads and does the calls itself, and another takes over when a call turns out to be slow.

Handing every call to a worker would cost 35 µs each. So the leading thread runs calls inline; a watcher, which sleeps while
nothing happens, finds a call that has run for two ticks and lets a relief thread read on. Answers leave in one write when
what was read is dealt with. No message is lost or cut, and memory is bounded: so many calls at work, so many waiting, so many
bytes unsent.
"""

from __future__ import annotations

import _thread
import os
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, Protocol

from servers.runtime.errors import log_bug
from servers.runtime.framing import Lines, TooLong

if TYPE_CHECKING:
    from servers.runtime.protocol import Batch, Job

CHUNK = 64 * 1024
"""Bytes asked for in one read; a larger buffer costs a mapping and its faults in each call. Reads that fill it ask for more."""
CHUNK_MOST = 1024 * 1024
AT_WORK = 16
"""Calls that may be at work at once, each on its thread."""
WAITING = 1024
"""Calls that may wait for one of these; further ones are refused."""
WAITING_BYTES = 64 * 1024 * 1024
"""And how large they may be together."""
UNSENT = 8 * 1024 * 1024
"""Bytes of answers that may wait for a peer that does not read; beyond them nothing more is read."""
TICK_SECONDS = 0.004
"""A call that is found running at two ticks is slow."""
LINGER_TICKS = 12
"""The watcher goes to sleep after so many ticks without a call."""
GRACE_SECONDS = 0.3
"""After stdin's end, calls may still finish in this time; then they are cancelled."""
LAST_SECONDS = 0.12
"""And in this time they must have stopped; the process then ends."""
SPARE_THREADS = 2
FAILED = 70
"""Exit status after an error of the loop's own (EX_SOFTWARE of sysexits.h)."""


class Conversation(Protocol):
    """What the loop drives; `servers.runtime.protocol.Protocol`."""

    def open(self, line: bytes | TooLong) -> Job | Batch | None: ...
    def work(self, job: Job | Batch) -> bytes: ...
    def refuse(self, job: Job | Batch, words: str) -> bytes: ...
    def cancel_all(self) -> None: ...


class Wait(Protocol):
    """`servers.runtime.parent.Wait`."""

    def readable(self) -> bool: ...


class Loop:
    """Serves `conversation` on two blocking descriptors until the reading one ends; then the process ends."""

    def __init__(self, source: int, sink: int, wait: Wait, *, max_line: int) -> None:
        self._source = source
        self._sink = sink
        self._wait = wait
        self._framing = Lines(max_line)
        self._chunk = CHUNK
        self._lines: deque[bytes | TooLong] = deque()
        self._state = _thread.allocate_lock()
        """Guards everything below down to `_ending`."""
        self._term = 0
        self._busy = False
        self._deed = 0
        self._at_work = 0
        self._waiting: deque[tuple[Job | Batch, int]] = deque()
        self._waiting_bytes = 0
        self._spare: list[_thread.LockType] = []
        self._watching = False
        self._asleep = False
        self._ending = False
        self._bell = _held()
        self._done = _held()
        self._out_lock = _thread.allocate_lock()
        self._out: list[bytes] = []
        self._unsent = 0
        self._write_lock = _thread.allocate_lock()

    def serve(self, conversation: Conversation) -> NoReturn:
        """Run, with the calling thread as the first leader."""
        self._conversation = conversation
        self._follow(0, retires=False)
        raise AssertionError("the first thread never retires")

    # -- writing

    def send(self, line: bytes) -> None:
        """Put a line among the answers; it leaves with the next flush."""
        with self._out_lock:
            self._out.append(line)
            self._unsent += len(line)

    def send_now(self, line: bytes) -> None:
        """For what must not wait until a call ends: progress."""
        self.send(line)
        self._flush()

    def _flush(self) -> None:
        """Write what is there. Whoever is writing already takes ours along; only a peer that does not read makes us wait."""
        while self._out:
            if not self._write_lock.acquire(blocking=self._unsent > UNSENT):
                return
            try:
                with self._out_lock:
                    batch, self._out, self._unsent = self._out, [], 0
                if batch:
                    self._write(batch[0] if len(batch) == 1 else b"".join(batch))
            finally:
                self._write_lock.release()

    def _write(self, text: bytes) -> None:
        try:
            written = os.write(self._sink, text)
            if written == len(text):
                return
            rest = memoryview(text)[written:]
            while rest:
                rest = rest[os.write(self._sink, rest) :]
        except OSError:
            self._end()  # nobody reads any more

    # -- leading

    def _follow(self, term: int, retires: bool = True) -> None:
        """A thread's life: lead, until relieved; then wait to be needed again. Ends where enough others wait."""
        while True:
            try:
                self._lead(term)
            except BaseException as error:
                log_bug(error)
                os._exit(FAILED)  # a process that nobody leads would be deaf for ever
            bell = _held()
            with self._state:
                if retires and len(self._spare) >= SPARE_THREADS:
                    return
                self._spare.append(bell)
            bell.acquire()
            term = self._term

    def _lead(self, term: int) -> None:
        lines = self._lines
        while True:
            while lines:
                line = lines.popleft()
                job = self._conversation.open(line)
                if job is not None and self._admit(job, line) and not self._do(job, term):
                    return
            if not self._flush_as_leader(term):
                return
            if not self._wait.readable():
                self._end()
            try:
                chunk = os.read(self._source, self._chunk)
            except OSError:
                chunk = b""
            if not chunk:
                self._end()
            self._chunk = CHUNK if len(chunk) < self._chunk else min(self._chunk * 4, CHUNK_MOST)
            lines.extend(self._framing.feed(chunk))

    def _admit(self, job: Job | Batch, line: bytes | TooLong) -> bool:
        """Whether the leader does the job itself; else it waits, or is refused."""
        size = line.size if isinstance(line, TooLong) else len(line)
        with self._state:
            if self._at_work < AT_WORK:
                self._at_work += 1
                return True
            if len(self._waiting) < WAITING and self._waiting_bytes + size <= WAITING_BYTES:
                self._waiting.append((job, size))
                self._waiting_bytes += size
                return False
        self.send(self._conversation.refuse(job, "Too many calls at once: the others have to be answered first"))
        return False

    def _do(self, job: Job | Batch, term: int) -> bool:
        """Do an admitted job; False where another thread leads by then."""
        self._begin_deed()
        answer = self._conversation.work(job)
        if answer:
            self.send(answer)
        if self._end_deed(term):
            with self._state:
                self._at_work -= 1
            return True
        self._finish_others()
        return False

    def _finish_others(self) -> None:
        """As a relieved thread: send what is there and do what waits, until nothing does."""
        while True:
            self._flush()
            with self._state:
                if not self._waiting:
                    self._at_work -= 1
                    if self._ending and not self._at_work:
                        self._done.release()
                    return
                job, size = self._waiting.popleft()
                self._waiting_bytes -= size
            answer = self._conversation.work(job)
            if answer:
                self.send(answer)

    def _flush_as_leader(self, term: int) -> bool:
        """A peer that does not read must not keep us from reading: writing counts as a deed that can be slow."""
        if not self._out:
            return True
        if not self._watching:
            self._flush()
            return True
        self._begin_deed()
        self._flush()
        return self._end_deed(term)

    # -- being relieved

    def _begin_deed(self) -> None:
        with self._state:
            self._deed += 1
            self._busy = True
            if self._asleep:
                self._asleep = False
                self._bell.release()
                return
            if self._watching:
                return
            self._watching = _started(self._watch)

    def _end_deed(self, term: int) -> bool:
        """True where this thread still leads."""
        with self._state:
            if self._term != term:
                return False
            self._busy = False
            return True

    def _watch(self) -> None:
        seen, quiet = 0, 0
        while True:
            self._bell.acquire(timeout=TICK_SECONDS)
            with self._state:
                if self._busy and self._deed == seen:
                    self._relieve()
                elif not self._busy and self._deed == seen:
                    quiet += 1
                else:
                    quiet = 0
                seen = self._deed
                self._asleep = quiet > LINGER_TICKS
            if self._asleep:
                self._bell.acquire()
                quiet = 0

    def _relieve(self) -> None:
        """Called with the state held: another thread leads from now on."""
        self._term += 1
        if self._spare:
            self._spare.pop().release()
        elif not _started(self._follow, self._term):
            self._term -= 1
            return
        self._busy = False

    # -- ending

    def _end(self) -> NoReturn:
        """The peer is gone: let calls finish for a moment, cancel the rest, and go. A change is atomic wherever it is cut."""
        if not _started(_exit_later, GRACE_SECONDS + LAST_SECONDS):
            os._exit(0)
        with self._state:
            self._ending = True
            idle = not self._at_work
        if not idle and not self._done.acquire(timeout=GRACE_SECONDS):
            with self._state:
                self._waiting.clear()
            self._conversation.cancel_all()
            self._done.acquire(timeout=LAST_SECONDS)
        self._flush()
        os._exit(0)


def _held() -> _thread.LockType:
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock


def _started(life: Callable[..., object], *given: object) -> bool:
    """Start a thread; False where the system has none left. Then calls are served one after the other."""
    try:
        _thread.start_new_thread(life, given)
    except RuntimeError:
        return False
    return True


def _exit_later(seconds: float) -> None:
    time.sleep(seconds)
    os._exit(0)
