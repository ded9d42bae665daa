"""Servers from npm behind the door: memory, the reference filesystem server, GitHub's with a token out of the keychain."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client, MCPError

from tests.fakes import installed
from tests.fakes import keychain as fake
from tests.fakes.behind import MODES, SECONDS, Server, Visitor, plain, run
from tests.fakes.house import House

TOKEN = f"ghp_{os.urandom(5).hex()}-a-token-that-nobody-may-see"  # of this run alone: every process is looked at

pytestmark = [pytest.mark.needs_npm, pytest.mark.timeout(2 * installed.SECONDS + 2 * SECONDS)]


@pytest.fixture(scope="module")
def programs() -> Path:
    """The folder that holds the servers' commands."""
    return installed.from_npm(*(f"@modelcontextprotocol/server-{name}" for name in ("memory", "filesystem", "github")))


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


@pytest.mark.parametrize("mode", MODES)
def test_the_memory_server_remembers_behind_the_door(house: House, programs: Path, mode: str) -> None:
    store = Path(house.home, "memory.json")
    server = Server(house, "memory", str(programs / "mcp-server-memory"), env={"MEMORY_FILE_PATH": str(store)})

    async def conversation() -> str:
        async with Client(server.behind, mode=mode) as client:
            entity = {"name": "Ann", "entityType": "person", "observations": ["likes doors"]}
            await client.call_tool("create_entities", {"entities": [entity]})
        async with Client(server.behind, mode=mode) as client:
            return plain(await client.call_tool("read_graph", {}))

    assert "likes doors" in run(conversation())
    assert "likes doors" in store.read_text()


@pytest.mark.parametrize("mode", MODES)
def test_the_reference_filesystem_server_works_behind_the_door(
    house: House, programs: Path, folder: Path, mode: str
) -> None:
    server = Server(house, "files", str(programs / "mcp-server-filesystem"), str(folder))

    async def conversation() -> str:
        async with Client(server.behind, mode=mode) as client:
            return plain(await client.call_tool("read_text_file", {"path": str(folder / "report.md")}))

    assert "Total: 42" in run(conversation())
    with house.control() as control:
        assert control.call("reviews") == {"reviews": []}


@pytest.fixture
def token(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keychain that has the token, and a gateway that reaches it."""
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    with fake.running(tmp_path) as keychain:
        for name, value in keychain.env.items():
            monkeypatch.setenv(name, value)
        house.end()
        house.start()
        with house.control() as control:
            control.call("set_secret", 60, name="github", value=TOKEN)
        yield
        house.end()


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("mode", MODES)
def test_the_github_server_lists_its_tools_and_only_its_process_knows_the_token(
    house: House, programs: Path, mode: str
) -> None:
    """It speaks 2024-11-05; a client of 2026-07-28 need not know."""
    env = {"GITHUB_PERSONAL_ACCESS_TOKEN": "secret:github"}
    server = Server(house, "github", str(programs / "mcp-server-github"), env=env)
    visitor = Visitor()

    async def conversation() -> tuple[list[str], str, dict[str, bytes]]:
        async with visitor.client(server.behind, mode) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            with pytest.raises(MCPError) as refused:  # by its check of the arguments, before it asks the network
                await client.call_tool("get_issue", {"owner": "o"})
            return names, str(refused.value), {**told_to_everybody(), **files_of(house.home)}

    names, refused, everywhere = run(conversation())
    assert {"create_issue", "get_file_contents", "search_repositories"} <= set(names)
    assert "repo" in refused
    knowing = [path for path, content in everywhere.items() if TOKEN.encode() in content]
    assert [path.rpartition("/")[2] for path in knowing] == ["environ"], knowing
    assert b"mcp-server-github" in everywhere[knowing[0].replace("environ", "cmdline")]
    assert TOKEN not in json.dumps(house.status())


def told_to_everybody() -> dict[str, bytes]:
    """What each process was started with: its arguments and its environment."""
    found: dict[str, bytes] = {}
    for path in (*Path("/proc").glob("[0-9]*/cmdline"), *Path("/proc").glob("[0-9]*/environ")):
        with contextlib.suppress(OSError):
            found[str(path)] = path.read_bytes()
    return found


def files_of(home: str) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(home).rglob("*") if path.is_file()}
