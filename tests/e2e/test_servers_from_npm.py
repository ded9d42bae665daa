"""Real servers of others behind the door: what a client sees of them is what it sees without us, in both eras."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mcp.types as types
import pytest
from mcp import Client, StdioServerParameters

from app import cli
from app.clients.targets import bridge_path
from tests.fakes.house import House

INSTALL_SECONDS = 400
SECONDS = 90
PACKAGES = [f"@modelcontextprotocol/server-{name}" for name in ("everything", "memory", "filesystem")]
MODES = ["legacy", "2026-07-28"]

pytestmark = [pytest.mark.needs_npm, pytest.mark.timeout(INSTALL_SECONDS + 2 * SECONDS)]


@pytest.fixture(scope="module")
def programs() -> Path:
    """The folder that holds the servers' commands."""
    npm = shutil.which("npm")
    if npm is None:
        if os.environ.get("CI"):
            pytest.fail("npm is missing, and these tests must not be skipped in CI")
        pytest.skip("npm is missing: servers of others were not tried")
    cache = Path(os.environ.get("DOORKEEP_TEST_CACHE") or Path(tempfile.gettempdir()) / f"doorkeep-npm-{os.getuid()}")
    folder = cache / "servers"
    commands = folder / "node_modules" / ".bin"
    if not (commands / "mcp-server-filesystem").exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        install = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *PACKAGES]
        done = subprocess.run(install, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    return commands


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


class Server:
    """One server, reached directly and through Doorkeep."""

    def __init__(self, house: House, name: str, *command: str) -> None:
        self.name = name
        self.direct = StdioServerParameters(command=command[0], args=list(command[1:]))
        self.behind = StdioServerParameters(command=bridge_path(), args=["--home", house.home, name])
        assert cli.main(["servers", "add", name, "--accept", "--", *command]) == 0
        with house.session(name) as session:
            for tool in session.list_tools():
                assert cli.main(["servers", "allow", name, tool["name"]]) == 0


class Visitor:
    """The official client with everything that a server may ask of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.progress: list[tuple[float, float | None, str | None]] = []

    async def sample(self, context: Any, params: Any) -> types.CreateMessageResult:
        self.asked.append("sampling")
        words = types.TextContent(type="text", text="sampled")
        return types.CreateMessageResult(role="assistant", content=words, model="m")

    async def fill(self, context: Any, params: Any) -> types.ElicitResult:
        self.asked.append("elicitation")
        return types.ElicitResult(action="accept", content={"name": "Ann", "check": True})

    async def roots(self, context: Any) -> types.ListRootsResult:
        self.asked.append("roots")
        return types.ListRootsResult.model_validate({"roots": [{"uri": "file:///work", "name": "work"}]})

    async def hear(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))

    def client(self, server: StdioServerParameters, mode: str) -> Client:
        return Client(
            server,
            mode=mode,
            sampling_callback=self.sample,
            elicitation_callback=self.fill,
            list_roots_callback=self.roots,
        )


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("echo", {"message": "hé\u2028"}),
    ("get-sum", {"a": 1, "b": 2.5}),
    ("get-sum", {"a": "no number"}),
    ("get-annotated-message", {"messageType": "error", "includeImage": True}),
    ("get-tiny-image", {}),
    ("get-structured-content", {"location": "New York"}),
    ("get-resource-links", {"count": 2}),
    ("get-resource-reference", {"resourceType": "Text", "resourceId": 1}),
    ("get-roots-list", {}),
    ("trigger-sampling-request", {"prompt": "hi", "maxTokens": 5}),
    ("trigger-elicitation-request", {}),
    ("trigger-long-running-operation", {"duration": 0.2, "steps": 2}),
]


async def visit(server: StdioServerParameters, mode: str) -> dict[str, Any]:
    """Everything that server-everything has, once, as plain data without what only time makes differ."""
    visitor = Visitor()
    found: dict[str, Any] = {}
    async with visitor.client(server, mode) as client:
        for number, (name, arguments) in enumerate(CALLS):
            result = await client.call_tool(name, arguments, progress_callback=visitor.hear)
            found[f"{number} {name}"] = plain(result)
        found["tools"] = sorted(tool.name for tool in (await client.list_tools()).tools)
        for method in (client.list_resources, client.list_resource_templates, client.list_prompts):
            found[method.__name__] = plain(await method())
        found["prompt"] = plain(await client.get_prompt("args-prompt", {"city": "Rome"}))
        found["read"] = plain(await client.read_resource("demo://resource/dynamic/text/1"))
        reference = types.PromptReference(name="completable-prompt")
        found["complete"] = plain(await client.complete(reference, {"name": "department", "value": "S"}))
    return {**found, "progress": visitor.progress, "asked": sorted(set(visitor.asked))}


def plain(result: Any) -> Any:
    text = result.model_dump_json(exclude_none=True, exclude={"ttl_ms", "cache_scope", "result_type", "meta"})
    return re.sub(r"\d{1,2}:\d{2}:\d{2} [AP]M", "TIME", text)


def run(conversation: Any) -> Any:
    return asyncio.run(asyncio.wait_for(conversation, SECONDS))


def test_everything_is_the_same_direct_and_behind_the_door_in_both_eras(house: House, programs: Path) -> None:
    server = Server(house, "everything", str(programs / "mcp-server-everything"))
    direct = run(visit(server.direct, "legacy"))
    assert direct["asked"] == ["elicitation", "roots", "sampling"]
    assert direct["progress"] == [(1, 2, None), (2, 2, None)]
    for mode in MODES:
        behind = run(visit(server.behind, mode))
        assert set(direct["tools"]) <= set(behind["tools"])  # the pin also has tools for what this client cannot do
        assert {**behind, "tools": None} == {**direct, "tools": None}, mode


WATCHED = "demo://resource/dynamic/text/1"


async def subscribed_the_older_way(server: StdioServerParameters) -> str:
    """The first resource that a legacy client is told of."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def hear(message: Any) -> None:
        if isinstance(message, types.ResourceUpdatedNotification):
            await heard.put(str(message.params.uri))

    async with Client(server, mode="legacy", message_handler=hear) as client:
        await client.session.subscribe_resource(WATCHED)
        await client.call_tool("toggle-subscriber-updates", {})
        return await heard.get()


async def listened(server: StdioServerParameters) -> str:
    """The first resource that a modern client is told of."""
    async with (
        Client(server, mode="2026-07-28") as client,
        client.listen(resource_subscriptions=[WATCHED]) as stream,
    ):
        await client.call_tool("toggle-subscriber-updates", {})
        async for event in stream:
            return str(getattr(event, "uri", event))
    return "the stream ended"


@pytest.mark.filterwarnings("ignore:resources/subscribe is removed")  # it is, and that is the era in question
def test_a_legacy_client_hears_of_what_it_subscribed_to(house: House, programs: Path) -> None:
    server = Server(house, "everything", str(programs / "mcp-server-everything"))
    assert run(subscribed_the_older_way(server.behind)) == WATCHED


def test_a_modern_client_listens_to_the_same_legacy_server(house: House, programs: Path) -> None:
    server = Server(house, "everything", str(programs / "mcp-server-everything"))
    assert run(listened(server.behind)) == WATCHED


@pytest.mark.parametrize("mode", MODES)
def test_the_memory_server_remembers_behind_the_door(house: House, programs: Path, mode: str) -> None:
    server = Server(house, "memory", str(programs / "mcp-server-memory"))
    cli.main(["servers", "remove", "memory"])
    store = str(Path(house.home, "memory.json"))
    command = [str(programs / "mcp-server-memory")]
    assert cli.main(["servers", "add", "memory", "--accept", "--env", f"MEMORY_FILE_PATH={store}", "--", *command]) == 0
    with house.session("memory") as session:
        for tool in session.list_tools():
            cli.main(["servers", "allow", "memory", tool["name"]])

    async def conversation() -> str:
        async with Client(server.behind, mode=mode) as client:
            entity = {"name": "Ann", "entityType": "person", "observations": ["likes doors"]}
            await client.call_tool("create_entities", {"entities": [entity]})
        async with Client(server.behind, mode=mode) as client:
            return plain(await client.call_tool("read_graph", {}))

    assert "likes doors" in run(conversation())
    assert "likes doors" in Path(store).read_text()


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
