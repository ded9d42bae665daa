from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime import wire
from servers.runtime.framing import TooLong
from servers.runtime.ground import Ground
from servers.runtime.protocol import Batch, Job, Protocol
from tests.fakes.small_server import no_confinement, server
from tests.fakes.stdio_peer import META

ECHO = {"name": "echo", "arguments": {"text": "x"}}
DEEP = 20_000
TO_ECHO = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":'


class Line:
    """A conversation without a wire: what is sent in, and every message that comes out."""

    def __init__(self, trusted: bool = False) -> None:
        self.out: list[Any] = []
        self.protocol = Protocol(
            server, Ground(wire.Policy(0), trusted=trusted, confine=no_confinement), self._keep, self._keep
        )

    def _keep(self, line: bytes) -> None:
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        self.out.append(json.loads(line))

    def open(self, line: Any) -> Job | Batch | None:
        return self.protocol.open(line if isinstance(line, (bytes, TooLong)) else json.dumps(line).encode())

    def say(self, line: Any) -> list[Any]:
        """What is answered to a line, its work done at once."""
        self.out = []
        job = self.open(line)
        if job is not None:
            answer = self.protocol.work(job)
            if answer:
                self._keep(answer)
        return self.out


@pytest.fixture
def line() -> Line:
    return Line()


def request(method: str, params: Any = None, id_: Any = 1, **top: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "method": method, "params": params or {}, **top}


def modern(method: str, params: dict[str, Any] | None = None, id_: Any = 1, **top: Any) -> dict[str, Any]:
    return request(method, {**(params or {}), "_meta": META}, id_, **top)


def deep(levels: int) -> bytes:
    nested = b'{"a":' * levels + b"1" + b"}" * levels
    return b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":%b}' % nested


BAD: list[tuple[str, bytes, int, Any]] = [
    ("no JSON", b"hello", wire.PARSE_ERROR, None),
    ("half of it", b'{"jsonrpc":"2.0","id":1,"method":"tools/list"', wire.PARSE_ERROR, 1),
    ("two in one line", b'{"jsonrpc":"2.0","id":1,"method":"ping"}{"id":2}', wire.PARSE_ERROR, 1),
    ("NaN", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}', wire.PARSE_ERROR, 1),
    ("Infinity", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":-Infinity}}', wire.PARSE_ERROR, 1),
    ("UTF-16", '{"jsonrpc":"2.0"}'.encode("utf-16"), wire.PARSE_ERROR, None),
    ("invalid UTF-8 in the method", b'{"jsonrpc":"2.0","id":1,"method":"p\xffng"}', wire.PARSE_ERROR, 1),
    ("invalid UTF-8 in parameters", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"cursor":"\xff"}}', wire.INVALID_PARAMS, 1),
    ("a lone surrogate in the method", b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', wire.PARSE_ERROR, 1),
    ("a lone surrogate in parameters", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"cursor":"\\ud800"}}', wire.PARSE_ERROR, 1),
    ("too deep", deep(DEEP), wire.PARSE_ERROR, 1),
    ("deep parameters of a tool", TO_ECHO + b"[" * DEEP + b"]" * DEEP + b"}}", wire.PARSE_ERROR, 1),
    ("a string", b'"ping"', wire.INVALID_REQUEST, None),
    ("a number", b"7", wire.INVALID_REQUEST, None),
    ("null", b"null", wire.INVALID_REQUEST, None),
    ("an empty object", b"{}", wire.INVALID_REQUEST, None),
    ("an array", b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', wire.INVALID_REQUEST, None),
    ("no jsonrpc", b'{"id":1,"method":"ping"}', wire.INVALID_REQUEST, 1),
    ("another jsonrpc", b'{"jsonrpc":"1.0","id":1,"method":"ping"}', wire.INVALID_REQUEST, 1),
    ("id null", b'{"jsonrpc":"2.0","id":null,"method":"ping"}', wire.INVALID_REQUEST, None),
    ("id an object", b'{"jsonrpc":"2.0","id":{},"method":"ping"}', wire.INVALID_REQUEST, None),
    ("id a truth", b'{"jsonrpc":"2.0","id":true,"method":"ping"}', wire.INVALID_REQUEST, None),
    ("method a number", b'{"jsonrpc":"2.0","id":1,"method":7}', wire.INVALID_REQUEST, 1),
    ("no method and no result", b'{"jsonrpc":"2.0","id":1}', wire.INVALID_REQUEST, None),
    ("unknown method", b'{"jsonrpc":"2.0","id":1,"method":"tools/cook"}', wire.METHOD_NOT_FOUND, 1),
    ("parameters an array", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', wire.INVALID_PARAMS, 1),
    ("name a number", b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}', wire.INVALID_PARAMS, 1),
    ("no name", b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}', wire.INVALID_PARAMS, 1),
    ("unknown tool", b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"eat"}}', wire.INVALID_PARAMS, 1),
    ("a list as token", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"progressToken":[]}}}', wire.INVALID_PARAMS, 1),
    ("initialize without a version", b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}', wire.INVALID_PARAMS, 1),
    ("discover without _meta", b'{"jsonrpc":"2.0","id":1,"method":"server/discover"}', wire.INVALID_PARAMS, 1),
    ("a foreign cursor", b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}', wire.INVALID_PARAMS, 1),
    ("a private word", b'{"jsonrpc":"2.0","id":1,"method":"doorkeep/plan","params":{"name":"keep"}}', wire.METHOD_NOT_FOUND, 1),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "code", "id_"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_gets_a_clear_error_and_the_conversation_goes_on(line: Line, raw: bytes, code: int, id_: Any) -> None:
    (answer,) = line.say(raw)
    assert (answer["error"]["code"], answer["id"]) == (code, id_)
    assert answer["error"]["message"]
    assert line.say(request("tools/call", ECHO))[0]["result"]["content"][0]["text"] == "x"


@pytest.mark.parametrize("quiet", [b"", b"  \r", b'{"jsonrpc":"2.0","method":"notifications/unheard"}',
                                   b'{"jsonrpc":"2.0","id":1,"result":{}}',
                                   b'{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}',
                                   b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}',
                                   b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[]}}',
                                   b'{"jsonrpc":"2.0","method":"notifications/cancelled"}'])  # fmt: skip
def test_what_wants_no_answer_gets_none(line: Line, quiet: bytes) -> None:
    assert line.say(quiet) == []


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_conversation_down(raw: bytes) -> None:
    line = Line()
    for answer in line.say(raw.replace(b"\n", b"")):
        assert "error" in answer or "result" in answer


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(
        ["initialize", "server/discover", "ping", "tools/list", "tools/call", "resources/list", "resources/read",
         "prompts/get", "prompts/list", "completion/complete", "subscriptions/listen", "doorkeep/plan", "other"]
    ),
    json_values,
    st.booleans(),
)  # fmt: skip
def test_any_parameters_are_answered_once_and_in_order(method: str, params: Any, trusted: bool) -> None:
    line = Line(trusted)
    for version in (None, META):
        if isinstance(params, dict) and version:
            params = {**params, "_meta": version}
        answers = line.say({"jsonrpc": "2.0", "id": 5, "method": method, "params": params})
        assert [answer.get("id") for answer in answers if "method" not in answer] in ([5], [])


def test_a_line_that_was_too_long_is_refused_under_its_id(line: Line) -> None:
    (answer,) = line.say(TooLong(b'{"jsonrpc":"2.0","id":3,"method":"tools/call"', b"}}", 99_000_000))
    assert (answer["id"], answer["error"]["code"]) == (3, wire.INVALID_REQUEST)
    assert "99,000,000" in answer["error"]["message"]


def test_an_id_in_use_is_refused_without_being_named(line: Line) -> None:
    """With the id, the client would take the error for the answer to the call that still runs."""
    job = line.open(request("tools/call", ECHO, "same"))
    assert job is not None
    for raw in (request("tools/call", ECHO, "same"), b'{"jsonrpc":"2.0","id":"same","method":broken'):
        line.out = []
        assert line.open(raw) is None
        assert line.out[0]["id"] is None
    assert json.loads(line.protocol.work(job))["id"] == "same"
    assert line.say(request("tools/call", ECHO, "same"))[0]["id"] == "same"


def test_a_cancelled_call_is_not_answered(line: Line) -> None:
    job = line.open(request("tools/call", {"name": "wait", "arguments": {"began": "/dev/null", "until": "/none"}}))
    assert job is not None
    line.say({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}})
    assert line.protocol.work(job) == b""
    assert line.out == []


def test_a_call_that_was_cancelled_while_it_waited_is_never_begun(line: Line, tmp_path: Path) -> None:
    arguments = {"path": str(tmp_path / "kept"), "text": "x"}
    job = line.open(request("tools/call", {"name": "keep", "arguments": arguments}))
    assert job is not None
    line.protocol.cancel_all()
    assert line.protocol.work(job) == b""
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    "params", [b'{"generation":"\xff"}', b'{"generation":' + b"[" * DEEP + b"]" * DEEP + b"}", b"7", b"{}"]
)
def test_a_policy_that_makes_no_sense_changes_nothing(params: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(trusted=True)
    line.say({"jsonrpc": "2.0", "method": "doorkeep/policy", "params": {"generation": 3, "folders": []}})
    line.say(b'{"jsonrpc":"2.0","method":"doorkeep/policy","params":%b}' % params)
    (answer,) = line.say(modern("tools/call", {"name": "granted", "arguments": {}}))
    assert answer["result"]["content"][0]["text"].startswith("3 ")


@pytest.mark.parametrize("version", wire.LEGACY)
def test_a_known_version_is_echoed(line: Line, version: str) -> None:
    (answer,) = line.say(request("initialize", {"protocolVersion": version}))
    assert answer["result"]["protocolVersion"] == version


@pytest.mark.parametrize("version", ["1.0", "2099-01-01", "2026-07-28"])
def test_another_is_answered_with_the_newest_that_has_a_handshake(line: Line, version: str) -> None:
    (answer,) = line.say(request("initialize", {"protocolVersion": version}))
    assert answer["result"]["protocolVersion"] == "2025-11-25"


@pytest.mark.parametrize("method", ["tools/list", "tools/call", "unheard", "ping", "server/discover"])
def test_an_unknown_version_in_meta_is_refused_with_ours(line: Line, method: str) -> None:
    params = {"name": "echo", "_meta": {**META, wire.META_VERSION: "1900-01-01"}}
    (answer,) = line.say(request(method, params))
    assert answer["error"]["code"] == wire.UNSUPPORTED_VERSION
    assert answer["error"]["data"] == {"supported": list(wire.SUPPORTED), "requested": "1900-01-01"}


def test_ping_belongs_to_the_older_way(line: Line) -> None:
    assert line.say(request("ping"))[0]["result"] == {}
    assert line.say(modern("ping"))[0]["error"]["code"] == wire.METHOD_NOT_FOUND


def test_both_eras_may_be_spoken_side_by_side(line: Line) -> None:
    line.say(request("initialize", {"protocolVersion": "2025-06-18"}))
    assert line.say(modern("tools/call", ECHO))[0]["result"]["resultType"] == "complete"
    assert "resultType" not in line.say(request("tools/call", ECHO))[0]["result"]


def test_a_subscription_is_acknowledged_and_stays_silent_until_it_is_cancelled(line: Line) -> None:
    listening = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, "sub")
    (acknowledged,) = line.say(listening)
    assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
    assert acknowledged["params"] == {
        "_meta": {"io.modelcontextprotocol/subscriptionId": "sub"},
        "notifications": {},
    }
    assert line.say(listening)[0]["error"]["code"] == wire.INVALID_REQUEST
    line.say({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "sub"}})
    assert line.say(listening)[0]["method"] == "notifications/subscriptions/acknowledged"


def test_subscriptions_are_bounded(line: Line) -> None:
    answers = [line.say(modern("subscriptions/listen", {}, number))[0] for number in range(65)]
    assert ["error" in answer for answer in answers] == [False] * 64 + [True]


def test_an_array_is_answered_with_one_in_the_revision_that_knows_arrays(line: Line) -> None:
    line.say(request("initialize", {"protocolVersion": "2025-03-26"}))
    (answers,) = line.say(
        [request("tools/call", ECHO, 2), request("ping", None, 3), {"jsonrpc": "2.0", "method": "n"}, 7]
    )
    assert {answer["id"] for answer in answers} == {2, 3, None}
    assert len(answers) == 3
    assert line.say([{"jsonrpc": "2.0", "method": "n"}]) == []
    (quick,) = line.say([request("ping", None, 4)])
    assert [answer["id"] for answer in quick] == [4]


def test_a_refused_array_frees_the_ids_of_its_calls(line: Line) -> None:
    line.say(request("initialize", {"protocolVersion": "2025-03-26"}))
    job = line.open([request("tools/call", ECHO, 2), request("tools/call", ECHO, 3)])
    assert isinstance(job, Batch)
    refused = msgspec.json.decode(line.protocol.refuse(job, "too many"), type=list[dict[str, Any]])
    assert [(one["id"], one["error"]["message"]) for one in refused] == [(2, "too many"), (3, "too many")]
    assert "result" in line.say(request("tools/call", ECHO, 2))[0]
