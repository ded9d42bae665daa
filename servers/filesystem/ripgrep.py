"""Running ripgrep, which only nominates: it names files by path, and what it says of their content counts only where it was
given descriptors that were opened and judged here. No configuration of the user's or the folder's changes what it does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, cast

from servers.runtime.call import Call
from servers.runtime.errors import ToolError

if TYPE_CHECKING:
    import subprocess

SECONDS = 30.0
"""How long one run may take; what it found by then counts."""
MAX_OUTPUT = 256 << 20
"""Bytes of output after which a run is ended."""
_CHUNK = 1 << 18
_SYSTEM = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
DESCRIPTORS = next((place for place in ("/proc/self/fd", "/dev/fd") if os.path.isdir(place)), "")
"""Where a child finds descriptors it was given under a name; empty where there is no such place."""

_program = ""


def program() -> str:
    """The path of the ripgrep that came with Doorkeep, else of the system's. Never searched for in PATH: a folder of the
    user's there would let a tool choose what runs. Raises ToolError where there is none."""
    global _program  # noqa: PLW0603 - found once for the process
    if not _program:
        name = "rg.exe" if sys.platform == "win32" else "rg"
        bundle: str = getattr(sys, "_MEIPASS", "")
        inside = os.path.join(sys.prefix, "Scripts" if sys.platform == "win32" else "bin")
        for place in (bundle, os.path.dirname(sys.executable), inside, *_SYSTEM):
            path = os.path.join(place, name)
            if place and os.access(path, os.X_OK):
                _program = path
                break
        else:
            raise ToolError(
                "Contents cannot be searched: ripgrep, which comes with Doorkeep, is missing. Ask the user to install "
                "Doorkeep again; names can be searched all the same (names=true)."
            )
    return _program


class Run:
    """One run. Iterate over it for its output in pieces; a cancelled call and the time limit end it."""

    def __init__(
        self,
        call: Call,
        arguments: Sequence[str],
        *,
        folder: str | None = None,
        descriptors: Sequence[int] = (),
        stdin: int | bytes | None = None,
    ) -> None:
        self.late = False
        """Whether it was ended because it took too long or said too much."""
        self._call = call
        self._arguments = [program(), "--no-config", "--color=never", "--no-messages", *arguments]
        self._folder = folder
        self._descriptors = descriptors
        self._stdin = stdin

    def __iter__(self) -> Iterator[bytes]:
        import subprocess
        import threading

        given = subprocess.DEVNULL if self._stdin is None else self._stdin
        process = subprocess.Popen(
            self._arguments,
            cwd=self._folder,
            stdin=subprocess.PIPE if isinstance(given, bytes) else given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=self._descriptors,
            env=_environment(),
        )
        limit = threading.Timer(SECONDS, self._too_late, (process.kill,))
        limit.daemon = True
        limit.start()
        self._call.when_cancelled(process.kill)
        try:
            with process:
                try:
                    if isinstance(given, bytes):
                        _feed(process, given)
                    yield from self._output(process)
                finally:
                    if process.poll() is None and self._unfinished:
                        process.kill()
                self._judge(process)
        finally:
            self._call.when_cancelled(None)
            limit.cancel()
        self._call.check()

    _unfinished = True

    def _output(self, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        fd = cast("IO[bytes]", process.stdout).fileno()
        size = 0
        while chunk := os.read(fd, _CHUNK):
            size += len(chunk)
            if size > MAX_OUTPUT:
                self.late = True
                process.kill()
                return
            yield chunk
        self._unfinished = False

    def _judge(self, process: subprocess.Popen[bytes]) -> None:
        """Raise ToolError where ripgrep refused the query. 0: found, 1: not found, 2: an error, perhaps beside what was found."""
        words = cast("IO[bytes]", process.stderr).read(16_384).decode("utf-8", "replace")
        if process.wait() == 2 and words:
            raise ToolError(f"The query cannot be searched for: {_told(words)}")

    def _too_late(self, kill: Callable[[], object]) -> None:
        self.late = True
        kill()

    def whole(self) -> bytes:
        """All of the output."""
        return b"".join(self)


def _feed(process: subprocess.Popen[bytes], content: bytes) -> None:
    """Write `content` to the child from a thread of its own, so that its output can be read meanwhile."""
    import threading

    stdin = cast("IO[bytes]", process.stdin)

    def write() -> None:
        try:
            stdin.write(content)
            stdin.close()
        except (OSError, ValueError):
            return  # it ended before it had read everything

    threading.Thread(target=write, daemon=True).start()


def _environment() -> dict[str, str]:
    """Nothing of ours, but what a program on Windows cannot start without."""
    return {name: os.environ[name] for name in ("SYSTEMROOT", "WINDIR") if name in os.environ}


def _told(words: str) -> str:
    lines = [line.strip() for line in words.removeprefix("rg: ").splitlines() if line.strip()]
    wanted = [line for line in lines if line.startswith("error:")] or lines[-1:]
    return " ".join(wanted).removeprefix("error: ")[:300] + ". With regex=false it is taken literally."


def matching(query: str, *, regex: bool, case: str) -> list[str]:
    """The flags that say what is looked for. Raises ToolError for what no line can hold."""
    if "\n" in query or "\0" in query:
        raise ToolError("The query must be within one line. Search for one line of it.")
    flags = {"smart": "--smart-case", "yes": "--case-sensitive", "no": "--ignore-case"}
    return [flags[case], *([] if regex else ["--fixed-strings"]), "--crlf", f"--regexp={query}"]


def descriptor_path(fd: int) -> str:
    """The name under which a child that was given `fd` finds it."""
    return f"{DESCRIPTORS}/{fd}"
