"""Headers that repeat what a message says, for servers behind something that only looks at headers."""

from __future__ import annotations

from typing import Any

import pytest

from servers.remote.stamping import Stamps
from tests.servers.remote.conftest import MODERN

TOOL = {
    "name": "query",
    "inputSchema": {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}},
}


@pytest.mark.parametrize(
    ("message", "headers"),
    [
        ({"method": "tools/list", "params": {"_meta": MODERN}}, {"mcp-method": "tools/list"}),
        (
            {"method": "tools/call", "params": {"_meta": MODERN, "name": "a"}},
            {"mcp-method": "tools/call", "mcp-name": "a"},
        ),
        (
            {"method": "resources/read", "params": {"_meta": MODERN, "uri": "far://x"}},
            {"mcp-method": "resources/read", "mcp-name": "far://x"},
        ),
    ],
)
def test_a_modern_message_carries_its_revision_and_what_it_names(message: Any, headers: dict[str, str]) -> None:
    assert Stamps().headers(message) == {"mcp-protocol-version": "2026-07-28", **headers}


@pytest.mark.parametrize(
    "message", [{"method": "tools/list"}, {"method": "x", "params": []}, {"id": 1, "result": {}}, {}]
)
def test_a_legacy_message_carries_what_the_handshake_agreed_on(message: Any) -> None:
    stamps = Stamps()
    assert stamps.headers(message) == {}
    stamps.learn({"id": 1, "result": {"protocolVersion": "2025-11-25"}})
    assert stamps.headers(message) == {"mcp-protocol-version": "2025-11-25"}
    stamps.forget()
    assert stamps.headers(message) == {}


def test_an_argument_that_a_tool_wants_as_a_header_too_is_repeated() -> None:
    stamps = Stamps()
    stamps.learn({"id": 1, "result": {"tools": [TOOL, {"name": "plain", "inputSchema": {}}, "nonsense"]}})
    call = {"method": "tools/call", "params": {"_meta": MODERN, "name": "query", "arguments": {"region": "eu"}}}
    assert stamps.headers(call)["Mcp-Param-Region"] == "eu"
