from __future__ import annotations

import json
import os
from typing import Any

import mcp.types as types
import pytest

from app.bridge.framing import Request
from app.bridge.offline import LEGACY, UNREACHABLE, Offline

MODERN = "2026-07-28"
TOOL = {"name": "read_file", "inputSchema": {"type": "object"}}
READY = {
    "initialize": {"capabilities": {"tools": {}}, "serverInfo": {"name": "filesystem", "version": "1"}},
    "discover": {
        "resultType": "complete",
        "supportedVersions": [MODERN],
        "capabilities": {"tools": {}},
        "ttlMs": 0,
        "cacheScope": "private",
    },
    "tools/list": {"resultType": "complete", "ttlMs": 60000, "cacheScope": "private", "tools": [TOOL]},
}


def ask(home: str, method: str, version: str = "", initialize: Any = None) -> Any:
    line = Offline(home, "filesystem").answer(Request(1, method, version, b""), UNREACHABLE, initialize)
    assert line.endswith(b"\n")
    return json.loads(line)


@pytest.fixture
def ready(home: str) -> str:
    os.makedirs(os.path.join(home, "lists"))
    with open(os.path.join(home, "lists", "filesystem.json"), "w", encoding="utf-8") as file:
        json.dump(READY, file)
    return home


def test_a_modern_list_is_given_as_the_gateway_left_it(ready: str):
    assert ask(ready, "tools/list", MODERN)["result"] == READY["tools/list"]


def test_a_legacy_list_leaves_out_what_its_era_does_not_know(ready: str):
    assert ask(ready, "tools/list")["result"] == {"tools": [TOOL]}


@pytest.mark.parametrize(
    ("asked", "given"), [("2025-03-26", "2025-03-26"), ("1999-01-01", LEGACY[0]), (None, LEGACY[0])]
)
def test_the_handshake_agrees_on_a_version_both_know(ready: str, asked: str | None, given: str):
    result = ask(ready, "initialize", initialize={"protocolVersion": asked})["result"]
    assert result == {"protocolVersion": given, **READY["initialize"]}


def test_a_version_nobody_knows_is_refused_with_those_we_know(ready: str):
    error = ask(ready, "tools/list", "2031-01-01")["error"]
    assert error["code"] == -32022
    assert MODERN in error["data"]["supported"]


@pytest.mark.parametrize("version", ["", MODERN])
@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("tools/list", types.ListToolsResult),
        ("prompts/list", types.ListPromptsResult),
        ("resources/list", types.ListResourcesResult),
        ("resources/templates/list", types.ListResourceTemplatesResult),
        ("tools/call", types.CallToolResult),
    ],
)
def test_without_ready_answers_every_answer_is_still_a_valid_one(home: str, method: str, kind: Any, version: str):
    kind.model_validate(ask(home, method, version)["result"])


def test_the_made_up_handshakes_are_valid(home: str):
    types.InitializeResult.model_validate(ask(home, "initialize")["result"])
    types.DiscoverResult.model_validate(ask(home, "server/discover", MODERN)["result"])


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"tools/list": 3}'])
def test_broken_ready_answers_count_as_none(home: str, content: bytes):
    os.makedirs(os.path.join(home, "lists"))
    with open(os.path.join(home, "lists", "filesystem.json"), "wb") as file:
        file.write(content)
    assert ask(home, "tools/list")["result"] == {"tools": []}


def test_a_call_is_refused_in_words_a_model_can_act_on(ready: str):
    result = ask(ready, "tools/call", MODERN)["result"]
    assert result["isError"] is True
    assert "nothing was done" in result["content"][0]["text"]
