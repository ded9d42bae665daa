"""Making repositories through the whole door: shown where it is on, asked each time, held by the same wall as the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.control.client import ControlClient
from app.core.folders import grant
from tests.e2e.test_git import git
from tests.fakes.client import BridgeProcess
from tests.fakes.git_http import GitServer

Start = Callable[..., BridgeProcess]
Wait = Callable[..., Any]


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[GitServer]:
    """A host with a repository of one commit."""
    where = tmp_path / "hosted" / "work"
    where.mkdir(parents=True)
    git(where, "init", "-q", "-b", "main")
    (where / "plan.txt").write_text("one\n")
    git(where, "add", "-A")
    git(where, "commit", "-q", "-m", "Begin")
    git(where, "clone", "-q", "--bare", str(where), str(tmp_path / "hosted" / "plan.git"))
    server = GitServer(tmp_path / "hosted")
    yield server
    server.close()


def shown(client: BridgeProcess, id_: int) -> set[str]:
    client.request(id_, "tools/list", {})
    return {tool["name"] for tool in client.answer(id_)["result"]["tools"]} & {"git_init", "git_clone"}


def test_both_are_shown_once_a_folder_has_the_switch(bridge: Start, chain: str, folder: Path) -> None:
    client = bridge("git")
    client.initialize()
    client.answer("init")
    assert shown(client, 1) == set()
    grant(chain, str(folder), "write", git=["create"])
    assert shown(client, 2) == {"git_init", "git_clone"}
    grant(chain, str(folder), "off", git=["create"])
    assert shown(client, 3) == set()


@pytest.mark.parametrize("tool", ["git_init", "git_clone"])
def test_each_is_asked_and_done_with_a_yes(
    bridge: Start, chain: str, folder: Path, hosted: GitServer, wait_until: Wait, tool: str
) -> None:
    grant(chain, str(folder), "write", git=["create", "remote"])
    arguments = {"path": str(folder / "new")}
    if tool == "git_clone":
        arguments["url"] = hosted.url("plan.git")
    client = bridge("git")
    client.initialize()
    client.answer("init")
    client.request(1, "tools/call", {"name": tool, "arguments": arguments})
    with ControlClient.connect(chain) as control:
        question = wait_until(lambda: control.call("approvals")["approvals"])[0]
        assert question["paths"] == [str(folder / "new")]
        assert str(folder / "new") in question["preview"]
        assert not (folder / "new").exists()
        assert hosted.requests == []
        control.call("answer", id=question["id"], answer="allow")
    result = client.answer(1)["result"]
    assert not result.get("isError"), result
    assert (folder / "new" / ".git" / "HEAD").is_file()
    assert (folder / "new" / "plan.txt").is_file() == (tool == "git_clone")


def test_without_the_switch_it_is_denied_with_what_to_turn_on(bridge: Start, chain: str, folder: Path) -> None:
    client = bridge("git")
    client.initialize()
    client.answer("init")
    client.call(1, "git_init", path=str(folder / "new"))
    result = client.answer(1)["result"]
    assert result["isError"]
    assert "--git create" in result["content"][0]["text"]
    assert not (folder / "new").exists()
