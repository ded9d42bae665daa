from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError

SMALL = StdioServerParameters(command=sys.executable, args=["-m", "tests.fakes.small_server"], cwd=os.getcwd())
MODES = [("legacy", "2025-11-25"), ("2026-07-28", "2026-07-28"), ("auto", "2026-07-28")]
SECONDS = 60


async def visit(mode: str) -> dict[str, Any]:
    """Everything that a client can ask for, once."""
    steps: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        steps.append((progress, total, message))

    async with Client(SMALL, mode=mode) as client:
        found: dict[str, Any] = {
            "version": client.protocol_version,
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "echo": await client.call_tool("echo", {"text": "hé\u2028"}),
            "facts": await client.call_tool("facts", {"name": "a"}),
            "picture": await client.call_tool("picture", {}),
            "refused": await client.call_tool("fail", {"how": "tool"}),
            "wrong": await client.call_tool("echo", {"txt": "x"}),
            "resources": await client.list_resources(),
            "templates": await client.list_resource_templates(),
            "resource": await client.read_resource("thing://a/b"),
            "prompts": await client.list_prompts(),
            "prompt": await client.get_prompt("greet", {"who": "Ann"}),
        }
        await client.call_tool("steps", {}, progress_callback=hear)
        with pytest.raises(MCPError) as unknown:
            await client.call_tool("unheard", {})
        found["unknown"] = unknown.value.code
        found["together"] = await asyncio.gather(*(client.call_tool("echo", {"text": str(n)}) for n in range(50)))
    return {**found, "steps": steps}


@pytest.mark.parametrize(("mode", "version"), MODES)
def test_the_official_client_is_served_in_every_mode(mode: str, version: str) -> None:
    found = asyncio.run(asyncio.wait_for(visit(mode), SECONDS))
    assert found["version"] == version
    assert found["tools"] == ["echo", "wait", "noise", "fail", "steps", "facts", "picture", "keep", "granted"]
    assert found["echo"].content[0].text == "hé\u2028"
    assert found["facts"].structured_content == {"path": "a", "size": 3}
    assert [part.type for part in found["picture"].content] == ["text", "image"]
    assert (found["refused"].is_error, found["wrong"].is_error) == (True, True)
    assert "`txt`" in found["wrong"].content[0].text
    assert found["unknown"] == -32602
    assert [resource.uri for resource in found["resources"].resources] == ["thing://a/b"]
    assert found["templates"].resource_templates[0].uri_template == "thing://{kind}/{+path}"
    assert found["resource"].contents[0].text == "a:b"
    assert [prompt.name for prompt in found["prompts"].prompts] == ["greet"]
    assert found["prompt"].messages[0].content.text == "Greet Ann here"
    assert [step[0] for step in found["steps"]] == [1, 2, 3]
    assert [result.content[0].text for result in found["together"]] == [str(n) for n in range(50)]
