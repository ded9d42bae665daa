"""A connection that breaks, is refused, or speaks the older transport: every request gets one answer, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes import far_server

Start = Callable[..., Any]
TOKEN = "a-token-that-nobody-may-see"


def test_a_server_that_came_back_is_found_again_without_the_clients_doing(near: Start) -> None:
    with far_server.running("http") as far:
        client = near(far.url)
        client.greet()
        far.end()
        error = client.ask("tools/call", name="echo", arguments={"text": "a"})["error"]
        assert "cannot be reached" in error["message"] or "broke" in error["message"]
        far.start()
        answer = client.ask("tools/call", name="echo", arguments={"text": "b"})
        while "error" in answer:  # until its pause after a failure is over
            answer = client.ask("tools/call", name="echo", arguments={"text": "b"})
        assert answer["result"]["content"][0]["text"] == "b"
        ids = [message["id"] for message in client.heard if "id" in message]
        assert len(ids) == len(set(ids))


def test_a_server_that_forgot_the_session_is_greeted_anew_and_given_the_request_once_more(near: Start) -> None:
    with far_server.running("http") as far:
        client = near(far.url)
        client.greet()
        far.end()
        far.start()
        answer = client.ask("tools/call", name="echo", arguments={"text": "b"})
        assert answer["result"]["content"][0]["text"] == "b"


def test_an_unknown_method_ends_no_session(near: Start) -> None:
    with far_server.running("http") as far:
        client = near(far.url)
        client.greet()
        assert client.ask("com.example/unknown")["error"]["code"] == -32601
        assert client.ask("tools/call", name="echo", arguments={"text": "b"})["result"]


def test_an_address_without_a_server_is_told_from_one_that_cannot_be_reached(near: Start) -> None:
    with far_server.running("http") as far:
        wrong = near(far.url.replace("/mcp", "/wrong"))
        assert "no MCP server at this address (HTTP 404)" in wrong.greet()["error"]["message"]
    nowhere = near(far.url)
    assert "cannot be reached" in nowhere.greet()["error"]["message"]


def test_a_server_of_the_older_transport_is_found_by_what_it_answers(near: Start) -> None:
    with far_server.running("sse") as far:
        client = near(far.url.replace("/sse", "/sse?x=1"))
        assert client.greet()["result"]["serverInfo"]["name"] == "far"


def test_a_token_opens_the_door_and_stands_in_no_argument(near: Start) -> None:
    with far_server.running("http", TOKEN) as far:
        refused = near(far.url)
        assert "wants a login (HTTP 401)" in refused.greet()["error"]["message"]
        wrong = near(far.url, "--bearer", "FAR", FAR="another")
        assert "this login may not do that (HTTP 403)" in wrong.greet()["error"]["message"]
        right = near(far.url, "--bearer", "FAR", FAR=TOKEN)
        assert right.greet()["result"]["serverInfo"]["name"] == "far"
        assert TOKEN not in " ".join(right.process.args)
        header = near(far.url, "--header", "Authorization", "FAR", FAR=f"Bearer {TOKEN}")
        assert header.greet()["result"]["serverInfo"]["name"] == "far"
