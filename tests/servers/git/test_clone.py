"""git_clone brings a repository from another computer, over https or ssh alone, and runs nothing that it brings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from servers.git.clone import GitClone, git_clone
from servers.git.server import server as git_server
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import ConflictError, RefusedError
from tests.fakes.certificates import for_loopback
from tests.fakes.git_http import GitServer
from tests.servers.git.conftest import MakeCall, Repo
from tests.servers.git.test_creating import rows
from tests.servers.git.test_lending import OPENS, Keeper


@pytest.fixture
def cloning(make_call: MakeCall, top: Path) -> Call:
    return rows(make_call((top, "write")), (top, "write", ("create", "remote")))


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[GitServer]:
    """A host with the repository `one.git`: two commits, a file that programs execute, a link, a submodule, hooks."""
    root = tmp_path / "hosted"
    work = Repo(root / "work")
    work.path.mkdir(parents=True)
    work.git("init", "-q", "-b", "main")
    work.commit("Begin", plan__txt="one\n")
    (work.path / "out").symlink_to("/etc/passwd")
    work.write(".envrc", "touch ran\n")
    work.write(".gitmodules", '[submodule "s"]\n\tpath = s\n\turl = https://127.0.0.1:1/s.git\n')
    work.git("add", "-A")
    work.git("update-index", "--add", "--cacheinfo", f"160000,{work.text('rev-parse', 'HEAD')},s")
    work.git("commit", "-q", "-m", "More")
    work.git("branch", "topic", "HEAD~1")
    work.git("clone", "-q", "--bare", str(work.path), str(root / "one.git"))
    server = GitServer(root)
    yield server
    server.close()


def do(call: Call, url: str, path: str = "new", **arguments: object) -> str:
    args = msgspec.convert({"url": url, "path": path, **arguments}, GitClone)
    return str(git_clone.apply(call, args, git_clone.plan(call, args)))


def test_a_clone_has_the_files_and_names_those_that_programs_execute(
    cloning: Call, hosted: GitServer, top: Path
) -> None:
    text = do(cloning, hosted.url("one.git"))
    made = Repo(top / "new")
    assert text.startswith(f"changed=yes undoable=no\nclone {hosted.url('one.git')} to {made.path}\n")
    assert ".envrc" in text
    assert (made.path / "plan.txt").read_text() == "one\n"
    assert made.text("remote", "get-url", "origin") == hosted.url("one.git")
    assert list((made.path / "s").iterdir()) == []
    assert not (made.path / ".git" / "hooks").exists()
    assert str(made.path) in cloning.touched


def test_a_branch_and_a_depth(cloning: Call, hosted: GitServer, top: Path) -> None:
    do(cloning, hosted.url("one.git"), "topic", branch="topic")
    assert Repo(top / "topic").text("symbolic-ref", "HEAD") == "refs/heads/topic"
    do(cloning, hosted.url("one.git"), "last", depth=1)
    assert Repo(top / "last").text("rev-list", "--count", "HEAD") == "1"


def test_the_user_is_always_asked_and_sees_the_whole_address(cloning: Call, hosted: GitServer) -> None:
    plan = git_clone.plan(cloning, GitClone("https://forge.example/a?what=could+leave", "new")).plan
    assert not plan.undoable
    assert "clone https://forge.example/a?what=could+leave to" in plan.preview
    assert hosted.requests == []


@pytest.mark.parametrize("git", [("create",), ("remote",), ()])
def test_both_switches_are_wanted(make_call: MakeCall, top: Path, hosted: GitServer, git: tuple[str, ...]) -> None:
    call = rows(make_call((top, "write")), (top, "write", git))  # pyright: ignore[reportArgumentType]
    with pytest.raises(RefusedError, match="git may not"):
        do(call, hosted.url("one.git"))
    assert hosted.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "/etc",
        "file:///etc",
        "ext::sh -c touch% ran",
        "ext::touch",
        "http://forge.example/a",
        "git://forge.example/a",
        "--upload-pack=touch",
        "-u",
        "ssh://-oProxyCommand=touch/a",
        "-oProxyCommand=touch:a",
        "https://forge.example/a\nb",
        "https://forge.example/a b",
        "https://user:token@forge.example/a",
        "",
    ],
)
def test_what_is_no_address_of_another_computer_is_refused(cloning: Call, top: Path, url: str) -> None:
    with pytest.raises(ToolError):
        do(cloning, url)
    assert list(top.iterdir()) == []


def test_only_into_a_new_or_an_empty_folder(cloning: Call, hosted: GitServer, top: Path) -> None:
    (top / "empty").mkdir()
    do(cloning, hosted.url("one.git"), "empty")
    (top / "full").mkdir()
    (top / "full" / "mine.txt").write_text("mine\n")
    with pytest.raises(ConflictError, match="is not empty"):
        do(cloning, hosted.url("one.git"), "full")
    assert [path.name for path in (top / "full").iterdir()] == ["mine.txt"]


def test_one_that_fails_leaves_nothing(cloning: Call, hosted: GitServer, top: Path) -> None:
    with pytest.raises(ToolError, match="Cannot clone with the other side"):
        do(cloning, hosted.url("nothing.git"))
    assert list(top.iterdir()) == []


def test_an_address_that_the_users_settings_turn_into_a_path_is_not_followed(
    cloning: Call, hosted: GitServer, guard: Path, top: Path
) -> None:
    (guard / ".gitconfig").write_text(f'[url "{hosted.root}/"]\n\tinsteadOf = {hosted.url("")}\n')
    with pytest.raises(ToolError, match="not allowed"):
        do(cloning, hosted.url("one.git"))
    assert list(top.iterdir()) == []


def test_a_template_of_the_users_runs_nothing(cloning: Call, hosted: GitServer, guard: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    hook = tmp_path / "template" / "hooks" / "post-checkout"
    hook.parent.mkdir(parents=True)
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    (guard / ".gitconfig").write_text(f"[init]\n\ttemplateDir = {tmp_path / 'template'}\n")
    do(cloning, hosted.url("one.git"))
    assert not marker.exists()


def test_a_token_of_the_vault_opens_the_host(
    cloning: Call, hosted: GitServer, top: Path, guard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = for_loopback(tmp_path)
    (guard / ".gitconfig").write_text(f"[http]\n\tsslCAInfo = {certificate}\n")
    monkeypatch.setattr(git_server, "gateway", Keeper())
    secure = GitServer(hosted.root, certificate)
    try:
        secure.wants = OPENS
        cloning.tokens = {f"127.0.0.1:{secure.server_address[1]}": "github"}
        do(cloning, secure.url("one.git"))
        assert secure.shown[-1] == OPENS
    finally:
        secure.close()
    assert "ghp_" not in (top / "new" / ".git" / "config").read_text()
