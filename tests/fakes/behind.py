"""A server of others twice: reached directly, and through Doorkeep by the official client, which does whatever a server may ask."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable
from typing import Any

import mcp.types as types
from mcp import Client, StdioServerParameters

from app import cli
from app.clients.targets import bridge_path
from tests.fakes.house import House

SECONDS = 90
MODES = ["legacy", "2026-07-28"]


class Server:
    """One server. Every tool that it shows is allowed; what it may know is named in `env`."""

    def __init__(self, house: House, name: str, *command: str, env: dict[str, str] | None = None) -> None:
        self.name = name
        self.direct = StdioServerParameters(command=command[0], args=list(command[1:]), env=env)
        self.behind = StdioServerParameters(command=bridge_path(), args=["--home", house.home, name])
        known = [word for key, value in (env or {}).items() for word in ("--env", f"{key}={value}")]
        assert cli.main(["servers", "add", name, "--accept", *known, "--", *command]) == 0
        with house.session(name) as session:
            self.tools = session.list_tools()
        for tool in self.tools:
            assert cli.main(["servers", "allow", name, tool["name"]]) == 0


class Visitor:
    """The official client with everything that a server may ask of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.progress: list[tuple[float, float | None, str | None]] = []
        self.told: asyncio.Queue[Any] = asyncio.Queue()

    async def sample(self, context: Any, params: Any) -> types.CreateMessageResult:
        self.asked.append("sampling")
        words = types.TextContent(type="text", text="sampled")
        return types.CreateMessageResult(role="assistant", content=words, model="m")

    async def fill(self, context: Any, params: Any) -> types.ElicitResult:
        if isinstance(params, types.ElicitRequestURLParams):
            self.asked.append("url")
            return types.ElicitResult(action="accept")
        self.asked.append("elicitation")
        return types.ElicitResult(action="accept", content={"name": "Ann", "check": True})

    async def roots(self, context: Any) -> types.ListRootsResult:
        self.asked.append("roots")
        return types.ListRootsResult.model_validate({"roots": [{"uri": "file:///work", "name": "work"}]})

    async def hear(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))

    async def listen(self, message: Any) -> None:
        await self.told.put(message)

    async def next(self, kind: type[Any], fits: Callable[[Any], bool] = lambda _: True) -> Any:
        """The next notification of a kind; others before it are dropped."""
        while True:
            message = await self.told.get()
            if isinstance(message, kind) and fits(message):
                return message

    def client(self, server: StdioServerParameters, mode: str) -> Client:
        return Client(
            server,
            mode=mode,
            sampling_callback=self.sample,
            elicitation_callback=self.fill,
            list_roots_callback=self.roots,
            message_handler=self.listen,
        )


def plain(result: Any) -> Any:
    """A result without what only time and era make differ."""
    text = result.model_dump_json(exclude_none=True, exclude={"ttl_ms", "cache_scope", "result_type", "meta"})
    text = re.sub(r'"blob":"([^"]*)"', lambda blob: f'"blob":{base64.b64decode(blob[1])!r}', text)
    return re.sub(r"\d{1,2}:\d{2}:\d{2} [AP]M", "TIME", text)


def run(conversation: Any, seconds: float = SECONDS) -> Any:
    """One conversation, within its bound."""
    return asyncio.run(asyncio.wait_for(conversation, seconds))
