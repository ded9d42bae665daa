"""server-everything behind the door, with the official client: all that the protocol has, in both eras, the same as without us."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import mcp.types as types
import pytest
from mcp import Client, MCPError, StdioServerParameters

from app.core.journal.reader import Reader
from tests.fakes import installed
from tests.fakes.behind import MODES, SECONDS, Server, Visitor, plain, run
from tests.fakes.client import stripped_environment
from tests.fakes.house import House
from tests.fakes.recording import Recording

pytestmark = [pytest.mark.needs_npm, pytest.mark.timeout(2 * installed.SECONDS + 2 * SECONDS)]


@pytest.fixture(scope="module")
def program() -> str:
    return str(installed.from_npm("@modelcontextprotocol/server-everything") / "mcp-server-everything")


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


@pytest.fixture
def server(house: House, program: str) -> Server:
    return Server(house, "everything", program)


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
    ("trigger-url-elicitation", {"url": "https://example.com/a", "elicitationId": "one"}),
    ("trigger-long-running-operation", {"duration": 0.2, "steps": 2}),
    ("gzip-file-as-resource", {"name": "a.gz", "data": "data:text/plain,abc", "outputType": "resourceLink"}),
]
PROMPTS: list[tuple[str, dict[str, str]]] = [
    ("simple-prompt", {}),
    ("args-prompt", {"city": "Rome"}),
    ("args-prompt", {"city": "Rome", "state": "Lazio"}),
    ("completable-prompt", {"department": "Sales", "name": "Eve"}),
    ("resource-prompt", {"resourceType": "Text", "resourceId": "2"}),
]
READS = [
    "demo://resource/dynamic/text/1",
    "demo://resource/dynamic/blob/1",
    "demo://resource/static/document/features.md",
]


async def visit(server: StdioServerParameters, mode: str) -> dict[str, Any]:
    """Everything that it has, once, as plain data."""
    visitor = Visitor()
    found: dict[str, Any] = {}
    async with visitor.client(server, mode) as client:
        for number, (name, arguments) in enumerate(CALLS):
            result = await client.call_tool(name, arguments, progress_callback=visitor.hear)
            found[f"{number} {name}"] = plain(result)
        found["tools"] = sorted(tool.name for tool in (await client.list_tools()).tools)
        for method in (client.list_resources, client.list_resource_templates, client.list_prompts):
            found[method.__name__] = plain(await method())
        for name, words in PROMPTS:
            found[f"{name} {words}"] = plain(await client.get_prompt(name, words))
        for uri in READS:
            found[uri] = plain(await client.read_resource(uri))
        found["complete"] = await completed(client)
    return {**found, "progress": visitor.progress, "asked": sorted(set(visitor.asked))}


async def completed(client: Client) -> list[Any]:
    prompt = types.PromptReference(name="completable-prompt")
    template = types.ResourceTemplateReference(uri="demo://resource/dynamic/text/{resourceId}")
    return [
        plain(await client.complete(prompt, {"name": "department", "value": "S"})),
        plain(await client.complete(prompt, {"name": "name", "value": ""}, {"department": "Engineering"})),
        plain(await client.complete(template, {"name": "resourceId", "value": "1"})),
    ]


def test_everything_is_the_same_direct_and_behind_the_door_in_both_eras(server: Server) -> None:
    direct = run(visit(server.direct, "legacy"))
    assert direct["asked"] == ["elicitation", "roots", "sampling", "url"]
    assert direct["progress"] == [(1, 2, None), (2, 2, None)]
    assert "Engineering" not in str(direct["complete"][0])
    for mode in MODES:
        behind = run(visit(server.behind, mode))
        assert set(direct["tools"]) <= set(behind["tools"])  # the pin also has tools for what this client cannot do
        assert {**behind, "tools": None} == {**direct, "tools": None}, mode


@pytest.mark.parametrize("mode", MODES)
def test_an_error_of_the_server_arrives_as_the_server_made_it(server: Server, mode: str) -> None:
    """The call that wants the user at an address first (-32042), with what belongs to it."""

    async def refused(parameters: StdioServerParameters, mode: str) -> Any:
        async with Visitor().client(parameters, mode) as client:
            arguments = {"url": "https://example.com/b", "errorPath": True}
            try:
                return plain(await client.call_tool("trigger-url-elicitation", arguments))
            except MCPError as error:
                data = dict(error.error.data or {})
                data["elicitations"] = [{**one, "elicitationId": ""} for one in data.get("elicitations", [])]
                return error.error.code, error.error.message, data

    direct = run(refused(server.direct, "legacy"))
    assert direct[0] == -32042
    assert run(refused(server.behind, mode)) == direct


WATCHED = "demo://resource/dynamic/text/1"


async def subscribed_the_older_way(server: StdioServerParameters) -> str:
    """The first resource that a legacy client is told of."""
    visitor = Visitor()
    async with visitor.client(server, "legacy") as client:
        await client.session.subscribe_resource(WATCHED)
        await client.call_tool("toggle-subscriber-updates", {})
        told = await visitor.next(types.ResourceUpdatedNotification)
        await client.session.unsubscribe_resource(WATCHED)
        return str(told.params.uri)


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
@pytest.mark.filterwarnings("ignore:resources/unsubscribe is removed")
def test_a_legacy_client_hears_of_what_it_subscribed_to(server: Server) -> None:
    assert run(subscribed_the_older_way(server.behind)) == WATCHED


def test_a_modern_client_listens_to_the_same_legacy_server(server: Server) -> None:
    assert run(listened(server.behind)) == WATCHED


COMPRESS = {"name": "b.gz", "data": "data:text/plain,abc", "outputType": "resourceLink"}


def test_a_resource_that_comes_into_being_is_told_of_and_can_be_read_in_both_eras(server: Server) -> None:
    async def older() -> Any:
        visitor = Visitor()
        async with visitor.client(server.behind, "legacy") as client:
            before = await client.list_resources()
            made = await client.call_tool("gzip-file-as-resource", COMPRESS)
            await visitor.next(types.ResourceListChangedNotification)
            link: Any = made.content[0]
            return before, await client.list_resources(), await client.read_resource(str(link.uri))

    async def newer() -> Any:
        async with Client(server.behind, mode="2026-07-28") as client:
            before = await client.list_resources()
            async with client.listen(resources_list_changed=True) as stream:
                made = await client.call_tool("gzip-file-as-resource", COMPRESS)
                async for _ in stream:
                    break
            link: Any = made.content[0]
            return before, await client.list_resources(), await client.read_resource(str(link.uri))

    for conversation in (older, newer):
        before, after, content = run(conversation())
        assert {one.name for one in after.resources} - {one.name for one in before.resources} == {"b.gz"}
        assert content.contents[0].blob


@pytest.mark.filterwarnings("ignore:logging/setLevel is removed")
@pytest.mark.filterwarnings("ignore:The logging capability is deprecated")
def test_what_the_server_logs_reaches_a_client_that_wants_it_in_both_eras(server: Server) -> None:
    async def older() -> Any:
        visitor = Visitor()
        async with visitor.client(server.behind, "legacy") as client:
            await client.session.set_logging_level("debug")
            await client.call_tool("toggle-simulated-logging", {})
            return await visitor.next(types.LoggingMessageNotification, simulated)

    async def newer() -> Any:
        visitor = Visitor()
        wanting = Client(server.behind, mode="2026-07-28", log_level="debug", message_handler=visitor.listen)
        async with wanting as client:
            await client.call_tool("toggle-simulated-logging", {})
            return await visitor.next(types.LoggingMessageNotification, simulated)

    assert simulated(run(older()))
    assert simulated(run(newer()))


def simulated(message: Any) -> bool:
    return "level" in str(message.params.data).lower()


@pytest.mark.parametrize("mode", MODES)
def test_a_call_taken_back_ends_in_the_log_as_cancelled_and_the_session_goes_on(
    house: House, server: Server, mode: str, wait_until: Callable[..., Any]
) -> None:
    def outcomes() -> list[str]:
        with Reader(house.home) as reader:
            return [row.outcome for row in reader.walk()]

    async def conversation() -> str:
        async with Visitor().client(server.behind, mode) as client:
            with anyio.CancelScope() as scope:

                async def stop(progress: float, total: float | None, message: str | None) -> None:
                    scope.cancel()

                await client.call_tool(
                    "trigger-long-running-operation", {"duration": 200, "steps": 1000}, progress_callback=stop
                )
            assert scope.cancelled_caught
            said = plain(await client.call_tool("echo", {"message": "still here"}))
            wait_until(lambda: outcomes() == ["cancelled", "ok"])  # while the session is still there
            return said

    assert "still here" in run(conversation())


async def told_of_roots(server: StdioServerParameters) -> list[str]:
    """The roots that the server has, before and after the client said that they are others."""
    places = ["file:///first"]

    async def roots(context: Any) -> types.ListRootsResult:
        return types.ListRootsResult.model_validate({"roots": [{"uri": place} for place in places]})

    heard: asyncio.Queue[str] = asyncio.Queue()

    async def hear(message: Any) -> None:
        if isinstance(message, types.LoggingMessageNotification) and "Roots updated" in str(message.params.data):
            await heard.put(str(message.params.data))

    async with Client(server, mode="legacy", list_roots_callback=roots, message_handler=hear) as client:
        before = plain(await client.call_tool("get-roots-list", {}))
        while not heard.empty():
            heard.get_nowait()
        places.append("file:///second")
        await client.session.send_roots_list_changed()
        await heard.get()
        return [before, plain(await client.call_tool("get-roots-list", {}))]


@pytest.mark.filterwarnings("ignore:.*roots.*")
def test_a_server_hears_that_the_clients_roots_are_others(server: Server) -> None:
    before, after = run(told_of_roots(server.behind))
    assert "file:///second" not in before
    assert "file:///second" in after


RESEARCH = "simulate-research-query"


def test_a_tool_that_must_be_a_task_is_an_ordinary_call_to_a_modern_client_and_may_ask_in_between(
    server: Server,
) -> None:
    visitor = Visitor()

    async def conversation() -> str:
        async with visitor.client(server.behind, "2026-07-28") as client:
            return plain(await client.call_tool(RESEARCH, {"topic": "python", "ambiguous": True}))

    assert "Research Report: python" in run(conversation())
    assert visitor.asked.count("elicitation") == 1


def test_a_legacy_client_makes_and_follows_a_task_itself(server: Server, folder: Path) -> None:
    talk = Recording([server.behind.command, *server.behind.args], stripped_environment(), folder.as_uri())
    try:
        made = talk.ask("tools/call", {"name": RESEARCH, "arguments": {"topic": "doors"}, "task": {"ttl": 60_000}})
        task = made["result"]["task"]["taskId"]
        assert talk.ask("tasks/get", {"taskId": task})["result"]["status"] == "working"
        assert task in [one["taskId"] for one in talk.ask("tasks/list", {})["result"]["tasks"]]
        result = talk.ask("tasks/result", {"taskId": task})["result"]
        assert "Research Report: doors" in result["content"][0]["text"]
        assert talk.ask("tasks/get", {"taskId": task})["result"]["status"] == "completed"
    finally:
        talk.end()


def told_of(talk: Recording) -> int:
    return sum(message["method"] == "notifications/resources/updated" for message in talk.heard)


@pytest.mark.parametrize("killed", ["server", "gateway"])
def test_a_legacy_clients_subscription_outlives_the_server_and_the_gateway(
    house: House, server: Server, folder: Path, killed: str
) -> None:
    talk = Recording([server.behind.command, *server.behind.args], stripped_environment(), folder.as_uri())
    try:
        talk.ask("resources/subscribe", {"uri": WATCHED})
        talk.ask("ping")  # all that belongs to the answer before is done
        assert told_of(talk) == 0
        if killed == "server":
            [running] = [one for one in house.status()["servers"] if one["pid"]]
            os.kill(running["pid"], signal.SIGKILL)
        else:
            house.signal(signal.SIGKILL)
            house.wait()
            house.start()
        talk.wait_for("notifications/resources/updated")  # look, for you may have missed something
        missed = told_of(talk)
        talk.ask("tools/call", {"name": "toggle-subscriber-updates", "arguments": {}})
        while told_of(talk) == missed:
            talk.hear_one()
        assert [message["params"] for message in talk.heard if message["method"].endswith("updated")][-1] == {
            "uri": WATCHED
        }
    finally:
        talk.end()
