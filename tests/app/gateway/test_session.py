"""A client's connection: handshakes, lists, bad input, and what must not pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.gateway.peer import Peer
from app.gateway.session import Session
from servers.runtime import wire
from tests.fakes.door import MODERN_META, PIN, Client, Door

ALL_LISTS = ["tools/list", "resources/list", "resources/templates/list", "prompts/list"]


@pytest.fixture
def modern(door: Door) -> Client:
    return door.client(meta=MODERN_META)


def error_of(client: Client, message: dict[str, Any] | bytes) -> dict[str, Any]:
    """The one answer to a message, which must be an error."""
    before = len(client.got)
    client.send(message)
    assert len(client.got) == before + 1, client.got[before:]
    return client.got[-1]


# -- opening --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", wire.LEGACY)
def test_the_handshake_is_answered_from_the_pin_in_the_clients_own_revision(door: Door, version: str) -> None:
    client = Client(door, "filesystem", None, "claude-ai")
    result = client.initialize(version)
    assert result["protocolVersion"] == version
    assert result["serverInfo"] == {"name": "filesystem", "title": "Files", "version": "0.1.0"}
    assert result["instructions"] == "Work on files."
    assert door.servers.children == {}
    client.check()


def test_an_unknown_requested_revision_gets_the_newest_handshake(door: Door) -> None:
    client = Client(door, "filesystem", None, "x")
    assert client.initialize("2031-01-01")["protocolVersion"] == wire.LEGACY[0]


def test_discover_is_answered_from_the_pin(modern: Client, door: Door) -> None:
    result = modern.answer_to(modern.request("server/discover"))["result"]
    assert wire.MODERN in result["supportedVersions"]
    assert result["capabilities"] == PIN["server"]["capabilities"]
    assert door.servers.children == {}


def test_tools_are_listed_from_the_pin_in_both_eras(legacy: Client, modern: Client, door: Door) -> None:
    assert legacy.answer_to(legacy.request("tools/list"))["result"] == {"tools": PIN["tools"]}
    listed = modern.answer_to(modern.request("tools/list"))["result"]
    assert listed["tools"] == PIN["tools"]
    assert listed["resultType"] == "complete"
    assert listed["cacheScope"] == "private"
    assert door.servers.children == {}


def test_an_unknown_version_is_refused_with_what_is_supported(modern: Client) -> None:
    id_ = modern.request("tools/list", {"_meta": {wire.META_VERSION: "2099-01-01"}})
    error = modern.answer_to(id_)["error"]
    assert error["code"] == -32022
    assert error["data"] == {"supported": list(wire.SUPPORTED), "requested": "2099-01-01"}


def test_a_request_that_says_no_era_in_an_unopened_session_is_told_how_to_open_it(door: Door) -> None:
    client = Client(door, "filesystem", None, "x")
    error = client.answer_to(client.request("tools/list"))["error"]
    assert error["code"] == wire.INVALID_PARAMS
    assert "initialize" in error["message"]


def test_a_client_whose_probe_failed_may_still_open_the_older_way(door: Door) -> None:
    client = Client(door, "filesystem", None, "x")
    client.request("server/discover", {"_meta": {wire.META_VERSION: "2099-01-01", wire.META_CAPABILITIES: {}}})
    assert client.initialize()["protocolVersion"] == wire.LEGACY[0]


def test_a_session_goes_on_after_the_gateway_came_back(door: Door) -> None:
    params = {
        "protocolVersion": "2025-06-18",
        "clientInfo": {"name": "claude-ai", "version": "0.1.0"},
        "capabilities": {},
    }
    got: list[bytes] = []
    session = Session(door.core, Peer("filesystem", initialize=msgspec.Raw(json.dumps(params).encode())), got.append)
    session.receive(b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}')
    assert "result" in json.loads(got[0])
    assert session.status()["client"] == "claude-ai 0.1.0"
    assert session.status()["protocol"] == "2025-06-18"


@pytest.mark.parametrize("method", ["ping", "logging/setLevel"])
def test_what_older_clients_say_is_accepted(legacy: Client, method: str) -> None:
    params = {"level": "debug"} if method == "logging/setLevel" else {}
    assert legacy.answer_to(legacy.request(method, params))["result"] == {}


@pytest.mark.parametrize("method", ALL_LISTS)
def test_lists_are_answered_even_where_nothing_of_the_kind_is_offered(door: Door, method: str) -> None:
    for meta in (None, MODERN_META):
        client = door.client(server="tracker", meta=meta)
        assert "result" in client.answer_to(client.request(method))
    assert door.servers.children == {}


def test_a_server_nobody_pinned_has_no_tools_and_says_why(door: Door) -> None:
    client = door.client(server="nothing")
    assert client.answer_to(client.request("tools/list"))["result"] == {"tools": []}
    assert "error" in client.answer_to(client.call("anything"))


def test_a_subscription_is_acknowledged_and_stays_open_until_taken_back(modern: Client) -> None:
    id_ = modern.request("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    told = modern.told("notifications/subscriptions/acknowledged")
    assert told == [{"_meta": {"io.modelcontextprotocol/subscriptionId": id_}, "notifications": {}}]
    assert modern.session.in_flight == 0
    again = {"jsonrpc": "2.0", "id": id_, "method": "tools/list", "params": {"_meta": MODERN_META}}
    assert error_of(modern, again)["error"]["code"] == wire.INVALID_REQUEST
    modern.notify("notifications/cancelled", {"requestId": id_})
    modern.asked[id_] = "tools/list"
    modern.send(again)
    assert "result" in modern.got[-1]


@pytest.mark.parametrize("arguments", [b"", b',"arguments":null', b',"arguments":{}'])
def test_a_call_may_come_without_arguments(granted: Door, arguments: bytes) -> None:
    granted.client().send(
        b'{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"search_files"%b}}' % arguments
    )
    assert granted.child.last("tools/call")["params"]["arguments"] == {}


# -- what must not pass ---------------------------------------------------------------------------------------------


def test_the_doors_private_words_are_refused_from_a_client(legacy: Client, door: Door) -> None:
    for method in ("doorkeep/plan", "doorkeep/policy"):
        assert legacy.answer_to(legacy.request(method))["error"]["code"] == wire.METHOD_NOT_FOUND
    message = {"jsonrpc": "2.0", "id": 77, "method": "tools/list", "doorkeep": {"guard": "x"}}
    assert error_of(legacy, message)["error"]["code"] == wire.INVALID_REQUEST
    legacy.notify("doorkeep/policy", {"generation": 9, "folders": [{"path": "/", "access": "write"}]})
    assert door.servers.children == {}


def test_what_a_client_puts_into_meta_never_reaches_the_server(granted: Door, folder: Path) -> None:
    client = granted.client()
    client.call("read_file", meta={"doorkeep": {"guard": "x"}, "x": 1}, path=str(folder))
    assert set(granted.child.last("tools/call")["params"]["_meta"]) == {
        wire.META_VERSION,
        wire.META_CAPABILITIES,
        wire.META_CLIENT,
    }


def test_members_beside_name_and_arguments_never_reach_the_server(granted: Door, folder: Path) -> None:
    client = granted.client()
    client.call("read_file", more={"doorkeep": {"guard": "x"}, "task": {}}, path=str(folder))
    assert set(granted.child.last("tools/call")["params"]) == {"name", "arguments", "_meta"}


def test_of_a_name_given_twice_door_and_server_see_the_same_value(granted: Door, folder: Path) -> None:
    client = granted.client()
    arguments = b'{"path":"%b/a","path":"%b/b","content":"x"}' % (str(folder).encode(), str(folder).encode())
    client.send(
        b'{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"write_file","arguments":%b}}' % arguments
    )
    assert granted.child.last("tools/call")["params"]["arguments"]["path"] == granted.only_row().paths[0]


# -- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"no json", wire.PARSE_ERROR),
        (b'{"jsonrpc":"2.0","id":1,', wire.PARSE_ERROR),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}', wire.PARSE_ERROR),
        (b"\xff\xfe\x00", wire.PARSE_ERROR),
        (b"[" * 100_000, wire.INVALID_REQUEST),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', wire.INVALID_REQUEST),
        (b"3", wire.INVALID_REQUEST),
        (b"{}", wire.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', wire.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', wire.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', wire.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"method":3}', wire.INVALID_REQUEST),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', wire.INVALID_REQUEST),
        (b'{"id":1,"method":"ping"}', wire.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"method":"no/such"}', wire.METHOD_NOT_FOUND),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call"}', wire.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}', wire.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":3}}', wire.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"no_such"}}', wire.INVALID_PARAMS),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":[]}}',
            wire.INVALID_PARAMS,
        ),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":'
            + b'{"a":' * 100_000
            + b"1"
            + b"}" * 100_000
            + b"}}",
            None,
        ),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"\xff"}}}',
            None,
        ),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"\\ud800"}}}',
            None,
        ),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}', wire.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{}}', wire.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}', wire.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"server/discover"}', wire.METHOD_NOT_FOUND),
    ],
)
def test_bad_input_gets_one_clear_error_and_the_session_lives(legacy: Client, line: bytes, code: int | None) -> None:
    error = error_of(legacy, line)["error"]
    assert code is None or error["code"] == code
    assert error["message"]
    assert legacy.answer_to(legacy.request("ping"))["result"] == {}


def test_the_batches_of_2025_03_26_are_taken_apart(granted: Door, folder: Path) -> None:
    client = Client(granted, "filesystem", None, "older")
    client.initialize("2025-03-26")
    call = {"name": "read_file", "arguments": {"path": str(folder)}}
    batch = [
        {"jsonrpc": "2.0", "id": 11, "method": "ping"},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 12, "method": "tools/call", "params": call},
        3,
    ]
    client.send(json.dumps(batch).encode())
    assert client.answer_to(11)["result"] == {}
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "inside"))
    assert client.answer_to(12)["result"]["content"][0]["text"] == "inside"
    assert client.got[-2]["error"]["code"] == wire.INVALID_REQUEST


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
        b'{"jsonrpc":"2.0","method":"notifications/no_such","params":[]}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}',
        b'{"jsonrpc":"2.0","id":3,"result":{}}',
    ],
)
def test_notifications_and_stray_answers_get_no_answer(legacy: Client, line: bytes) -> None:
    before = len(legacy.got)
    legacy.send(line)
    assert len(legacy.got) == before


def test_an_id_in_flight_cannot_be_used_again(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    error = error_of(client, {"jsonrpc": "2.0", "id": id_, "method": "ping"})
    assert error["id"] is None
    assert "still in use" in error["error"]["message"]
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "fine"))
    assert client.text(id_) == "fine"


def test_a_line_that_is_too_long_is_an_error_for_its_request(legacy: Client) -> None:
    legacy.session.too_long(5)
    assert legacy.got[-1]["id"] == 5
    legacy.session.too_long(None)
    assert legacy.got[-1]["id"] is None


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_line_whatsoever_ends_the_session(legacy: Client, line: bytes) -> None:
    legacy.session.receive(line)
    before = len(legacy.got)
    legacy.session.receive(b'{"jsonrpc":"2.0","id":"alive","method":"ping"}')
    assert legacy.got[before]["id"] == "alive"
    legacy.got.clear()


def test_status_names_client_server_and_revision(legacy: Client, door: Door) -> None:
    found = door.core.status()["sessions"][0]
    assert (found["client"], found["server"], found["protocol"]) == ("tester 1", "filesystem", "2025-11-25")
