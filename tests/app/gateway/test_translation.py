"""What differs between the eras is translated; all else goes through as it came."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from app.gateway import translation
from app.gateway.eras import ClientInfo
from servers.runtime import wire

CLIENT = ClientInfo("c", "1")
MODERN = {wire.META_VERSION: wire.MODERN, wire.META_CAPABILITIES: {}, wire.META_CLIENT: {"name": "c", "version": "1"}}


def opened(params: dict[str, Any]) -> translation.Members:
    return translation.opened(json.dumps(params).encode())


def plain(members: translation.Members) -> Any:
    return json.loads(wire.encode(members))


def test_parameters_lose_what_only_the_modern_era_has() -> None:
    meta = {**MODERN, translation.META_LOG: "debug", "progressToken": 1, "x": 2}
    params = {"name": "a", "_meta": meta, "inputResponses": {}, "requestState": "s", "cursor": "c"}
    assert plain(translation.legacy_params(opened(params))) == {
        "name": "a",
        "cursor": "c",
        "_meta": {"progressToken": 1, "x": 2},
    }
    assert plain(translation.legacy_params(opened({"_meta": MODERN}))) == {}


def test_parameters_gain_what_the_modern_era_wants() -> None:
    params = opened({"name": "a", "_meta": {"progressToken": 1}})
    found = plain(translation.modern_params(params, CLIENT, {"roots": {}, "tasks": {}}, "info"))
    assert found["name"] == "a"
    assert found["_meta"] == {
        "progressToken": 1,
        wire.META_VERSION: wire.MODERN,
        wire.META_CAPABILITIES: {"roots": {}},
        wire.META_CLIENT: {"name": "c", "version": "1"},
        translation.META_LOG: "info",
    }


@pytest.mark.parametrize("method", ["tools/list", "resources/read", "tools/call", "com.example/x"])
def test_a_result_becomes_modern_and_back(method: str) -> None:
    result = b'{"x":[1,2],"_meta":{"y":1}}'
    modern = translation.fitted(result, method, from_modern=False, to_modern=True)
    found = json.loads(modern)
    assert found["resultType"] == "complete"
    assert ("ttlMs" in found) == (method in translation.CACHED)
    assert json.loads(translation.fitted(modern, method, from_modern=True, to_modern=False)) == json.loads(result)
    assert translation.fitted(result, method, from_modern=False, to_modern=False) is result


def test_what_is_no_object_is_no_result() -> None:
    with pytest.raises(msgspec.DecodeError):
        translation.fitted(b"[1]", "tools/call", from_modern=False, to_modern=True)


@pytest.mark.parametrize(
    ("result", "asks"),
    [
        (b'{"resultType":"input_required"}', True),
        (b'{"resultType":"complete","x":"input_required"}', False),
        (b'{"x":1}', False),
    ],
)
def test_a_question_is_told_from_a_result(result: bytes, asks: bool) -> None:
    assert translation.asks_for_input(result) is asks


def test_capabilities_of_another_era_are_left_out() -> None:
    both = {"tools": {}, "tasks": {}, "extensions": {}}
    assert set(translation.offered(both, from_modern=False, to_modern=True)) == {"tools", "extensions"}
    assert set(translation.offered(both, from_modern=True, to_modern=False)) == {"tools", "tasks"}
    assert translation.offered(both, from_modern=True, to_modern=True) == both


@pytest.mark.parametrize("meta", [{}, {"_meta": 7}, {"_meta": {"progressToken": [1]}}])
def test_a_token_that_makes_no_sense_is_none(meta: dict[str, Any]) -> None:
    assert translation.token_of(opened(meta)) is None
