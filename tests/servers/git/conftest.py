"""Repositories of the test's own, made with plain git, and the git server over them: in this process and as a program."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from servers.runtime.call import Call
from servers.runtime.safe.access import Folders
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Access, CallOrder, Folder
from tests.fakes.stdio_peer import Peer

ALICE = {
    "GIT_AUTHOR_NAME": "Alice",
    "GIT_AUTHOR_EMAIL": "alice@example.org",
    "GIT_COMMITTER_NAME": "Alice",
    "GIT_COMMITTER_EMAIL": "alice@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+00:00",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+00:00",
}


class Repo:
    """A repository, and plain git in it as a person would run it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *args: str, stdin: bytes | None = None, ok: tuple[int, ...] = (0,), **env: str) -> bytes:
        """The output of plain `git ARGS`, hardened by nothing."""
        run = subprocess.run(
            ["git", *args],
            cwd=self.path,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
            env={**os.environ, **ALICE, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", **env},
        )
        assert run.returncode in ok, run.stderr.decode("utf-8", "replace")
        return run.stdout

    def text(self, *args: str, **env: str) -> str:
        return os.fsdecode(self.git(*args, stdin=None, ok=(0,), **env)).rstrip("\n")

    def write(self, name: str, content: str | bytes = "") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def commit(self, message: str = "change", **files: str | bytes) -> str:
        """Write the files (`name__txt` is `name.txt`), commit everything, give the commit's id."""
        for name, content in files.items():
            self.write(name.replace("__", "."), content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.text("rev-parse", "HEAD")

    def config(self, key: str, value: str) -> None:
        self.git("config", key, value)


class Git:
    """A running git server with words for what the tests ask of it."""

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
        """A structured result; its text says the same."""
        found = self.result(tool, **arguments)
        assert not found.get("isError"), found
        assert json.loads(found["content"][0]["text"]) == found["structuredContent"]
        return cast("dict[str, Any]", found["structuredContent"])


MakeRepo = Callable[..., Repo]
MakeCall = Callable[..., Call]
Serve = Callable[..., Git]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """The folder that the tests grant."""
    path = tmp_path / "top"
    path.mkdir()
    return path


@pytest.fixture
def make_repo(top: Path) -> MakeRepo:
    """`make_repo("name")`: an empty repository `name` in the granted folder, or at `path=`, on the branch main."""

    def make(name: str = "repo", *options: str, path: Path | None = None) -> Repo:
        repo = Repo(path or top / name)
        repo.path.mkdir(parents=True, exist_ok=True)
        repo.git("init", "-q", "-b", "main", *options)
        return repo

    return make


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    """A repository with one commit of `a.txt` and `b.txt`."""
    made = make_repo()
    made.commit("Begin", a__txt="one\ntwo\nthree\n", b__txt="beta\n")
    return made


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
def call(make_call: MakeCall, top: Path) -> Call:
    """A call over `top`, granted for writing."""
    return make_call((top, "write"))


@pytest.fixture
def identity(guard: Path) -> Path:
    """The user's own settings of git, with a name in them; their path."""
    path = guard / ".gitconfig"
    path.write_text("[user]\n\tname = Ursula\n\temail = ursula@example.org\n")
    return path


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """`serve((path, access), …)` starts the server as a program; it is ended after the test."""
    started: list[Peer] = []

    def start(*rows: tuple[Path, Access], undo: bool = True) -> Git:
        arguments = [f"--folder={path}={access}" for path, access in rows]
        if undo:
            arguments.append(f"--undo={tmp_path / 'undo'}")
        started.append(Peer(*arguments, module="servers.git"))
        return Git(started[-1])

    yield start
    for peer in started:
        peer.end()


@pytest.fixture
def server(serve: Serve, top: Path) -> Git:
    """The server over `top`, granted for writing."""
    return serve((top, "write"))


def head(text: str) -> dict[str, str]:
    """The `name=value` words of a result's first line."""
    words = text.split("\n", 1)[0].split(" ")
    return dict(word.split("=", 1) for word in words if "=" in word)


def body(text: str) -> str:
    """A result's text below its first line."""
    return text.split("\n", 1)[1]
