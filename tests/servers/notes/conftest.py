"""The notes server, in this process and as a program, over vaults of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from servers.notes.index.keeping import close_all
from servers.notes.index.place import place
from servers.runtime.call import Call
from servers.runtime.safe.access import Folders
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Access, CallOrder, Folder
from tests.fakes.stdio_peer import Peer

MakeCall = Callable[..., Call]


def write(vault: Path, notes: Mapping[str, str | bytes]) -> None:
    """Put these files into a vault, folders as needed."""
    for path, content in notes.items():
        file = vault / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


class Notes:
    """A running notes server with words for what the tests ask of it."""

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


Serve = Callable[..., Notes]


@pytest.fixture(autouse=True)
def own_index(tmp_path: Path) -> Iterator[None]:
    """No test of this process reads or writes an index of the account's."""
    place.folder = str(tmp_path / "index")
    yield
    close_all()
    place.folder = ""


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """An empty vault that the tests grant."""
    path = tmp_path / "Vault"
    (path / ".obsidian").mkdir(parents=True)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[UndoStore]:
    """An undo store of the test's own."""
    found = UndoStore(str(tmp_path / "undo"))
    yield found
    found.close()


@pytest.fixture
def make_call(store: UndoStore) -> MakeCall:
    """`make_call((path, access), …)`: a call over these folders, with an undo store unless `undo=False`."""

    def make(*rows: tuple[Path, Access], undo: bool = True, order: CallOrder | None = None) -> Call:
        call = Call(1, order=order)
        call.folders = Folders(1, tuple(Folder(str(path), access) for path, access in rows), asked=order is not None)
        call.undo_store = lambda: store if undo else None
        return call

    return make


@pytest.fixture
def call(make_call: MakeCall, vault: Path) -> Call:
    """A call over `vault`, granted for writing."""
    return make_call((vault, "write"))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """`serve((path, access), …)` starts the server as a program; it is ended after the test."""
    started: list[Peer] = []

    def start(*rows: tuple[Path, Access], undo: str = "undo") -> Notes:
        arguments = [f"--folder={path}={access}" for path, access in rows]
        arguments.append(f"--undo={tmp_path / undo}")
        started.append(Peer(*arguments, module="servers.notes"))
        return Notes(started[-1])

    yield start
    for peer in started:
        peer.end()


@pytest.fixture
def notes(serve: Serve, vault: Path) -> Notes:
    """The server over `vault`, granted for writing."""
    return serve((vault, "write"))


def head(text: str) -> dict[str, str]:
    """The `name=value` words of a result's first line."""
    words = text.split("\n", 1)[0].split(" ")
    return dict(word.split("=", 1) for word in words if "=" in word)


def body(text: str) -> str:
    """A result's text below its first line."""
    return text.split("\n", 1)[1]
