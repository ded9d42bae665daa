"""A token of the keychain opens a git host through the whole door, and stands in no log, list or process afterwards."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.folders import grant
from tests.e2e.test_git import git
from tests.fakes import keychain as fake
from tests.fakes.certificates import for_loopback
from tests.fakes.git_http import GitServer
from tests.fakes.house import House

TOKEN = "forge-0123456789-a-token-that-nobody-may-see"


@pytest.fixture
def server(tmp_path: Path, guard: Path) -> Iterator[GitServer]:
    """A host of git repositories that wants the token; the user's git trusts its certificate."""
    certificate = for_loopback(tmp_path)
    (guard / ".gitconfig").write_text(f"[http]\n\tsslCAInfo = {certificate}\n")
    (tmp_path / "hosted").mkdir()
    found = GitServer(tmp_path / "hosted", certificate)
    found.wants = f"x-access-token:{TOKEN}"
    yield found
    found.close()


@pytest.fixture
def house(home: str, tmp_path: Path, server: GitServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    with fake.running(tmp_path) as keychain:
        for name, value in keychain.env.items():
            monkeypatch.setenv(name, value)
        found = House(home)
        found.settings(f'[servers.git.tokens]\n"127.0.0.1:{server.server_address[1]}" = "secret:forge"\n')
        found.start()
        with found.control() as control:
            control.call("set_secret", 60, name="forge", value=TOKEN)
        yield found
        found.end()


@pytest.fixture
def repository(folder: Path, tmp_path: Path, server: GitServer) -> Path:
    """A repository in the granted folder whose remote is the host, where it lies too."""
    where = folder / "project"
    where.mkdir()
    git(where, "init", "-q", "-b", "main")
    (where / "plan.txt").write_text("one\n")
    git(where, "add", "-A")
    git(where, "commit", "-q", "-m", "Begin")
    git(where, "clone", "-q", "--bare", str(where), str(tmp_path / "hosted" / "project.git"))
    git(where, "remote", "add", "origin", server.url("project.git"))
    return where


def everything_written(home: str) -> bytes:
    """Every byte below the home, and what every process list shows."""
    found: list[bytes] = []
    for top, _, names in os.walk(home):
        for name in names:
            with contextlib.suppress(OSError):
                found.append(Path(top, name).read_bytes())
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes())
    return b"\n".join(found)


def test_a_fetch_is_let_in_by_the_token_which_is_written_nowhere(
    house: House, folder: Path, repository: Path, server: GitServer
) -> None:
    grant(house.home, str(folder), "write", git=["remote"])
    with house.session("git") as session:
        told = session.call_tool("git_fetch", {"repo": str(repository)}, 60)
    assert not told.get("isError"), told
    assert git(repository, "rev-parse", "origin/main") == git(repository, "rev-parse", "main")
    assert set(server.shown) == {"", f"x-access-token:{TOKEN}"}
    assert TOKEN not in str(told)
    written = everything_written(house.home)
    assert b"git_fetch" in written
    assert TOKEN.encode() not in written


def test_a_folder_without_the_switch_is_refused_and_nobody_is_asked(
    house: House, folder: Path, repository: Path, server: GitServer
) -> None:
    grant(house.home, str(folder), "write")
    with house.session("git") as session:
        told = session.call_tool("git_fetch", {"repo": str(repository)}, 60)
    assert "may not speak to other computers" in told["content"][0]["text"]
    assert server.requests == []
