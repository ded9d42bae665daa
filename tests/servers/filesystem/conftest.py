"""The filesystem server, in this process and as a program, over folders of the test's own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from servers.runtime.wire import Access
from tests.fakes.stdio_peer import Peer

SWAPPER = Path(__file__).parents[2] / "fakes" / "swapper.py"
Swap = Callable[[Path, Path], None]


class Files:
    """A running filesystem server with words for what the tests ask of it."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    def result(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return self.peer.call(tool, arguments)

    def text(self, tool: str, **arguments: Any) -> str:
        """The text of a result that is no error."""
        found = self.result(tool, **arguments)
        assert not found.get("isError"), found
        return str(found["content"][0]["text"])

    def error(self, tool: str, **arguments: Any) -> str:
        """The words of a refusal."""
        found = self.result(tool, **arguments)
        assert found.get("isError"), found
        return str(found["content"][0]["text"])

    def facts(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured result of a change; its text says the same."""
        found = self.result(tool, **arguments)
        assert not found.get("isError"), found
        assert json.loads(found["content"][0]["text"]) == found["structuredContent"]
        return cast("dict[str, Any]", found["structuredContent"])


Serve = Callable[..., Files]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """`serve((path, access), …)` starts the server as a program; it is ended after the test."""
    started: list[Peer] = []

    def start(*rows: tuple[Path, Access], undo: bool = True) -> Files:
        arguments = [f"--folder={path}={access}" for path, access in rows]
        if undo:
            arguments.append(f"--undo={tmp_path / 'undo'}")
        started.append(Peer(*arguments, module="servers.filesystem"))
        return Files(started[-1])

    yield start
    for peer in started:
        peer.end()


@pytest.fixture
def files(serve: Serve, top: Path) -> Files:
    """The server over `top`, granted for writing."""
    return serve((top, "write"))


@pytest.fixture
def swap() -> Iterator[Swap]:
    """`swap(one, other)` starts a process that exchanges the two paths until the test ends."""
    started: list[subprocess.Popen[bytes]] = []

    def start(one: Path, other: Path) -> None:
        process = subprocess.Popen([sys.executable, str(SWAPPER), str(one), str(other)], stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == b"swapping\n"

    yield start
    for process in started:
        process.kill()
        process.wait(20)
        assert process.stdout
        process.stdout.close()


def head(text: str) -> dict[str, str]:
    """The `name=value` words of a result's first line."""
    words = text.split("\n", 1)[0].split(" ")
    return dict(word.split("=", 1) for word in words if "=" in word)


def body(text: str) -> str:
    """A result's text below its first line."""
    return text.split("\n", 1)[1]
