"""What a request says of itself, and what a result looks like in each era."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway import eras
from servers.runtime import wire


@pytest.mark.parametrize("version", wire.LEGACY)
def test_a_known_requested_revision_is_echoed(version: str) -> None:
    assert eras.spoken(version) == version


@pytest.mark.parametrize("version", [wire.MODERN, "2099-01-01", "", "1"])
def test_any_other_gets_the_newest_with_a_handshake(version: str) -> None:
    assert eras.spoken(version) == "2025-11-25"


def meta(**members: Any) -> eras.Meta:
    return msgspec.convert(members, eras.Meta)


def test_an_unknown_version_is_answered_with_what_is_supported() -> None:
    found = eras.meta_error(meta(**{wire.META_VERSION: "2099-01-01", wire.META_CAPABILITIES: {}}))
    assert found is not None
    code, _, data = found
    assert code == -32022
    assert json.loads(data) == {"supported": list(wire.SUPPORTED), "requested": "2099-01-01"}


def test_a_request_without_capabilities_is_incomplete() -> None:
    found = eras.meta_error(meta(**{wire.META_VERSION: wire.MODERN}))
    assert found is not None
    assert found[0] == wire.INVALID_PARAMS
    assert wire.META_CAPABILITIES in found[1]


def test_a_complete_request_is_served() -> None:
    assert eras.meta_error(meta(**{wire.META_VERSION: wire.MODERN, wire.META_CAPABILITIES: {"roots": {}}})) is None


@pytest.mark.parametrize(
    ("declared", "forms"),
    [
        ({}, False),
        ({"elicitation": {}}, True),
        ({"elicitation": {"form": {}}}, True),
        ({"elicitation": {"url": {}}}, False),
        ({"elicitation": {"form": {}, "url": {}}}, True),
    ],
)
def test_forms_are_used_only_where_the_client_declares_them(declared: dict[str, Any], forms: bool) -> None:
    assert msgspec.convert(declared, eras.Capabilities).forms is forms


def test_the_modern_head_of_a_built_in_result_is_dropped_for_a_legacy_client() -> None:
    assert eras.fitted(b'{"resultType":"complete","content":[]}', modern=False) == b'{"content":[]}'
    assert eras.fitted(b'{"resultType":"complete","content":[]}', modern=True).startswith(eras.HEAD)


json_values = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists, max_leaves=5)


@given(st.dictionaries(st.text(max_size=10), json_values, max_size=5))
def test_a_legacy_result_has_all_of_the_modern_one_but_what_is_modern(body: dict[str, Any]) -> None:
    result = json.dumps({"resultType": "complete", **body, "ttlMs": 5, "cacheScope": "private"}).encode()
    expected = {key: value for key, value in body.items() if key not in ("resultType", "ttlMs", "cacheScope")}
    assert json.loads(eras.fitted(result, modern=False, method="resources/list")) == expected


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_server_is_spoken_to_in_the_modern_era_on_the_clients_behalf(name: str, version: str) -> None:
    found = json.loads(eras.child_meta(eras.ClientInfo(name, version), 7))
    assert found == {
        wire.META_VERSION: wire.MODERN,
        wire.META_CAPABILITIES: {},
        wire.META_CLIENT: {"name": name or "unknown", "version": version or "0"},
        "progressToken": 7,
    }


def test_a_client_without_a_name_is_unknown() -> None:
    assert str(eras.ClientInfo()) == "unknown"
    assert str(eras.ClientInfo("claude-ai", "0.1.0")) == "claude-ai 0.1.0"
