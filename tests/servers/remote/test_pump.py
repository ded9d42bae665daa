"""A remote server behind stdio: what passes, in both eras and over both transports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fakes import far_server
from tests.fakes.far_server import FarServer
from tests.servers.remote.conftest import MODERN

Start = Callable[..., Any]


@pytest.fixture(scope="module", params=["http", "sse"])
def far(request: pytest.FixtureRequest) -> Iterator[FarServer]:
    with far_server.running(request.param) as found:
        yield found


def test_a_legacy_client_is_served(far: FarServer, near: Start) -> None:
    client = near(far.url)
    assert client.greet()["result"]["serverInfo"]["name"] == "far"
    assert [tool["name"] for tool in client.ask("tools/list")["result"]["tools"]] == ["echo", "steps"]
    answer = client.ask("tools/call", name="echo", arguments={"text": "héllo \u202e \N{LOCK}"})
    assert answer["result"]["content"] == [{"type": "text", "text": "héllo \u202e \N{LOCK}"}]
    assert client.ask("resources/read", uri="far://x")["result"]["contents"][0]["text"] == "the thing x"


def test_progress_comes_through_in_order(far: FarServer, near: Start) -> None:
    client = near(far.url)
    client.greet()
    client.ask("tools/call", name="steps", arguments={"count": 3}, _meta={"progressToken": "p"})
    told = [one["params"]["progress"] for one in client.heard if one.get("method") == "notifications/progress"]
    assert told == [1, 2, 3]


def test_a_large_text_comes_through(far: FarServer, near: Start) -> None:
    client = near(far.url)
    client.greet()
    text = "x" * (
        3_000_000 if far.transport == "http" else 500_000
    )  # an event of the older transport has at most 1 MiB
    assert client.ask("tools/call", name="echo", arguments={"text": text})["result"]["content"][0]["text"] == text


def test_what_is_no_message_is_said_and_the_next_one_is_served(far: FarServer, near: Start) -> None:
    client = near(far.url)
    client.process.stdin.write(b"garbage\n[1]\n\n")
    client.process.stdin.flush()
    assert [client.next()["error"]["code"], client.next()["error"]["code"]] == [-32700, -32600]
    assert "result" in client.greet()


def test_a_modern_client_is_served_without_a_handshake(near: Start) -> None:
    with far_server.running("http") as far:
        client = near(far.url)
        found = client.ask("server/discover", _meta=MODERN)["result"]
        assert "2026-07-28" in found["supportedVersions"]
        answer = client.ask("tools/call", name="echo", arguments={"text": "hi"}, _meta=MODERN)
        assert answer["result"]["content"][0]["text"] == "hi"
        assert answer["result"]["resultType"] == "complete"
