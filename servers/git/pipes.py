"""One child process and its output in pieces: bounded in time and size, ended with all its own children.

It knows nothing of git. Whatever happens, no child is left running and no descriptor open when iteration ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import IO, cast

from servers.runtime.call import Call
from servers.runtime.errors import ToolError

SECONDS = 120.0
"""How long one run may take."""
MAX_COMPLAINTS = 16_384
"""Bytes of stderr that are kept."""
_CHUNK = 1 << 16
_TICK_MS = 100
_MOST_STDERR = 16 << 20
GRACE_SECONDS = 1.0
"""In this time a child that changes something may tidy up when it is ended: git takes its lock files away."""
_STEP = 0.005


class Child:
    """A program run once. Iterate over it for its stdout; afterwards `code` and `complaints` say how it ended.

    Iteration may be given up early (close the generator): the program is ended then, and `code` is -1. One that `tidies` is
    asked to end before it is made to. `inherits` are descriptors that it holds as well (not on Windows).
    """

    def __init__(
        self,
        call: Call,
        command: Sequence[str],
        *,
        folder: str,
        env: dict[str, str],
        stdin: bytes | None,
        seconds: float,
        tidies: bool = False,
        inherits: Sequence[int] = (),
    ) -> None:
        self.code = -1
        self.complaints = ""
        self._call = call
        self._command = command
        self._folder = folder
        self._env = env
        self._stdin = stdin
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        self._tidies = tidies
        self._inherits = inherits

    def __iter__(self) -> Iterator[bytes]:
        given = _file_with(self._stdin) if self._stdin else subprocess.DEVNULL
        said = _nameless()
        try:
            process = self._start(given, said)
        except OSError as error:
            os.close(said)
            raise ToolError(f"git cannot be started in {self._folder}: {error.strerror}. Try again.") from None
        except BaseException:
            os.close(said)
            raise
        finally:
            if given != subprocess.DEVNULL:
                os.close(given)
        self._call.when_cancelled(lambda: ask_to_end(process) if self._tidies else end(process))
        try:
            yield from self._output(process, said)
            self.code = self._ended(process)
        finally:
            self._call.when_cancelled(None)
            if process.poll() is None:
                if self._tidies:
                    let_end(process)
                end(process)
                process.wait()
            cast("IO[bytes]", process.stdout).close()
            self.complaints = _read(said)
            os.close(said)
        self._call.check()

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        """The status, once it ends: what has no more to say may still have something to do."""
        try:
            return process.wait(max(self._until - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            raise ToolError(f"git took longer than {self._seconds:.0f} seconds and was stopped.") from None

    def _start(self, given: int, said: int) -> subprocess.Popen[bytes]:
        """The child, in a group of its own, so that what it starts is ended with it."""
        if sys.platform == "win32":
            return subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._env,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=said,
                creationflags=subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP,
            )
        return subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._env,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=said,
            process_group=0,
            pass_fds=self._inherits,
        )

    def _output(self, process: subprocess.Popen[bytes], said: int) -> Iterator[bytes]:
        fd = cast("IO[bytes]", process.stdout).fileno()
        if sys.platform == "win32":
            yield from self._blocking(process, fd)
            return
        import select

        ready = select.poll()
        ready.register(fd, select.POLLIN)
        while True:
            if ready.poll(_TICK_MS):
                chunk = os.read(fd, _CHUNK)
                if not chunk:
                    return
                yield chunk
                continue
            if process.poll() is not None and not ready.poll(0):
                return  # a grandchild that outlives it may hold the pipe open for ever
            self._check(said)

    def _check(self, said: int) -> None:
        self._call.check()
        if time.monotonic() > self._until:
            raise ToolError(f"git took longer than {self._seconds:.0f} seconds and was stopped. Ask for less at once.")
        if os.fstat(said).st_size > _MOST_STDERR:
            raise ToolError("git complained without end and was stopped.")

    def _blocking(self, process: subprocess.Popen[bytes], fd: int) -> Iterator[bytes]:
        """Where pipes cannot be polled (Windows): a timer ends the child, which ends the reading."""
        import threading

        timer = threading.Timer(self._seconds, end, (process,))
        timer.daemon = True
        timer.start()
        try:
            while chunk := os.read(fd, _CHUNK):
                yield chunk
        finally:
            timer.cancel()
        if time.monotonic() > self._until:
            raise ToolError(f"git took longer than {self._seconds:.0f} seconds and was stopped. Ask for less at once.")


def ask_to_end(process: subprocess.Popen[bytes]) -> None:
    """Tell the child and what it started to end, and return at once. On Windows nothing can be told: see `end`."""
    if process.returncode is None and sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)


def let_end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and wait for that no longer than GRACE_SECONDS."""
    ask_to_end(process)
    if sys.platform != "linux":
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS if sys.platform != "win32" else 0)
        return
    until = time.monotonic() + GRACE_SECONDS
    # Not waited for to the end: its number names the group of what it started, which `end` ends too.
    while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) and time.monotonic() < until:
        time.sleep(_STEP)


def end(process: subprocess.Popen[bytes]) -> None:
    """End the child and what it started. Does nothing where it has ended and was waited for."""
    if process.returncode is not None:
        return
    if sys.platform == "win32":
        system = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
        subprocess.run([system, "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False, timeout=20)
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()


def _nameless() -> int:
    """A descriptor of a file that has no name, to be read from and written to."""
    if sys.platform == "linux":
        return os.memfd_create("child", os.MFD_CLOEXEC)
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _file_with(content: bytes) -> int:
    fd = _nameless()
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _read(fd: int) -> str:
    os.lseek(fd, 0, os.SEEK_SET)
    return os.read(fd, MAX_COMPLAINTS).decode("utf-8", "replace")
