"""Servers from PyPI behind the door. They speak 2026-07-28 and the older handshake, and so do their clients here."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.journal.reader import Reader
from tests.fakes import installed
from tests.fakes.behind import MODES, SECONDS, Server, Visitor, plain, run
from tests.fakes.house import House

pytestmark = pytest.mark.timeout(2 * installed.SECONDS + 2 * SECONDS)


@pytest.fixture(scope="module")
def programs() -> Path:
    return installed.from_pypi("mcp-server-git", "mcp-server-time")


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


@pytest.fixture
def repository(folder: Path) -> Path:
    """The folder, with its files committed once."""
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "First words"]):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
    return folder


async def said(server: Any, mode: str, calls: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    async with Visitor().client(server, mode) as client:
        found: dict[str, Any] = {"version": client.protocol_version}
        found["tools"] = [tool.model_dump(exclude_none=True) for tool in (await client.list_tools()).tools]
        for name, arguments in calls:
            found[f"{name} {arguments}"] = plain(await client.call_tool(name, arguments))
    return found


@pytest.mark.parametrize("mode", MODES)
def test_the_git_server_says_the_same_direct_and_behind_the_door(
    house: House, programs: Path, repository: Path, mode: str
) -> None:
    (repository / "report.md").write_text("# Report\n\nTotal: 43\n")
    where = {"repo_path": str(repository)}
    calls = [
        ("git_status", where),
        ("git_diff_unstaged", where),
        ("git_log", where),
        ("git_show", {**where, "revision": "HEAD"}),
        ("git_show", {**where, "revision": "nowhere"}),
        ("git_status", {"repo_path": "/nowhere"}),
        ("git_branch", {**where, "branch_type": "local"}),
        ("git_status", {}),
    ]
    server = Server(house, "git-of-others", str(programs / "mcp-server-git"), "--repository", str(repository))
    direct = run(said(server.direct, mode, calls))
    behind = run(said(server.behind, mode, calls))
    assert "First words" in direct[f"git_log {where}"]
    assert "Total: 43" in direct[f"git_diff_unstaged {where}"]
    assert behind == direct


@pytest.mark.parametrize("mode", MODES)
def test_a_commit_of_the_git_server_is_in_the_log_and_in_the_repository(
    house: House, programs: Path, repository: Path, mode: str, wait_until: Callable[..., Any]
) -> None:
    server = Server(house, "git-of-others", str(programs / "mcp-server-git"))
    (repository / "new.txt").write_text("new\n")
    for name in ("user.name", "user.email"):
        subprocess.run(["git", "-C", str(repository), "config", name, "ann@example.com"], check=True)
    where = {"repo_path": str(repository)}
    calls = [("git_add", {**where, "files": ["new.txt"]}), ("git_commit", {**where, "message": "Second words"})]
    run(said(server.behind, mode, calls))
    log = subprocess.run(
        ["git", "-C", str(repository), "log", "--format=%s"], check=True, capture_output=True, text=True
    )
    assert log.stdout.split("\n")[:2] == ["Second words", "First words"]
    with Reader(house.home) as reader:
        wanted = [("git_add", "ok"), ("git_commit", "ok")]
        wait_until(lambda: [(row.tool, row.outcome) for row in reader.walk()] == wanted)


@pytest.mark.parametrize("mode", MODES)
def test_the_time_server_converts_the_same_direct_and_behind_the_door(house: House, programs: Path, mode: str) -> None:
    times = {"source_timezone": "Europe/Berlin", "time": "16:30", "target_timezone": "Asia/Tokyo"}
    calls = [("convert_time", times), ("convert_time", {**times, "target_timezone": "Nowhere/At_All"})]
    server = Server(house, "time", str(programs / "mcp-server-time"), "--local-timezone", "UTC")
    direct = run(said(server.direct, mode, calls))
    behind = run(said(server.behind, mode, calls))
    assert "Asia/Tokyo" in json.dumps(direct)
    assert behind == direct
