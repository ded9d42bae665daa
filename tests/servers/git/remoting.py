"""A repository and what it was cloned from, served on loopback, for tests of fetch, pull and push."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers.runtime.call import Call
from servers.runtime.safe.access import Folders
from servers.runtime.wire import Folder, GitSwitch
from tests.fakes.git_http import GitServer
from tests.servers.git.changing import Hands
from tests.servers.git.conftest import Repo


class Pair:
    """`here` is a clone of `there`, which is bare; `other` is a second clone, somebody else's."""

    def __init__(self, server: GitServer, here: Repo, there: Repo, other: Repo) -> None:
        self.server = server
        self.here = here
        self.there = there
        self.other = other

    def publish(self, message: str, **files: str) -> str:
        """Somebody else commits and pushes; the commit."""
        made = self.other.commit(message, **files)
        self.other.git("push", "-q", "origin", "HEAD")
        return made


@contextmanager
def cloned(repo: Repo, outside: Path, certificate: Path | None = None) -> Iterator[Pair]:
    """`repo` as a clone of a repository in the folder `outside`; over https where there is a certificate."""
    outside.mkdir()
    there, other = Repo(outside / "there.git"), Repo(outside / "other")
    repo.git("clone", "-q", "--bare", str(repo.path), str(there.path))
    repo.git("clone", "-q", str(there.path), str(other.path))
    server = GitServer(outside, certificate)
    try:
        repo.git("remote", "add", "origin", server.url("there.git"))
        repo.git("fetch", "-q", "origin", GIT_SSL_CAINFO=str(certificate or ""))
        repo.git("branch", "-q", "--set-upstream-to=origin/main", "main")
        server.requests.clear()
        server.shown.clear()
        yield Pair(server, repo, there, other)
    finally:
        server.close()


def hands_with(call: Call, repo: Repo, folder: Path, *git: GitSwitch) -> Hands:
    """The tools over one folder in which git may do these things."""
    call.folders = Folders(1, (Folder(str(folder), "write", git=git),), asked=call.folders.asked)
    return Hands(call, repo)
