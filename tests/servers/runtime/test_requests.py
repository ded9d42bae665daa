from __future__ import annotations

import json

import msgspec
import pytest

from servers.runtime import requests, wire
from servers.runtime.errors import ProtocolError

MODERN = {wire.META_VERSION: "2026-07-28", wire.META_CAPABILITIES: {}}


def meta(**members: object) -> requests.Meta | msgspec.UnsetType:
    return msgspec.json.decode(json.dumps({"_meta": members}), type=requests.Params).meta


def test_the_version_in_meta_makes_a_request_modern() -> None:
    assert requests.is_modern(meta(**MODERN))
    assert not requests.is_modern(meta(progressToken=1))
    assert not requests.is_modern(msgspec.UNSET)


@pytest.mark.parametrize("version", ["1900-01-01", "2025-11-25", "", "2027-01-01"])
def test_another_version_is_answered_with_ours(version: str) -> None:
    with pytest.raises(ProtocolError) as error:
        requests.is_modern(meta(**{**MODERN, wire.META_VERSION: version}))
    assert error.value.code == wire.UNSUPPORTED_VERSION
    assert json.loads(error.value.data) == {"supported": list(wire.SUPPORTED), "requested": version}


def test_half_a_statement_is_refused() -> None:
    with pytest.raises(ProtocolError, match="clientCapabilities"):
        requests.is_modern(meta(**{wire.META_VERSION: "2026-07-28"}))


@pytest.mark.parametrize("params", ["[]", "7", '{"_meta":7}', '{"uri":1}', "{}", '{"uri":"\\ud800"}', '{"uri":NaN}'])
def test_parameters_that_make_no_sense_are_refused(params: str) -> None:
    decode = msgspec.json.Decoder(requests.ReadParams).decode
    with pytest.raises(ProtocolError) as error:
        requests.read(decode, msgspec.Raw(params.encode()))
    assert error.value.code == wire.INVALID_PARAMS


def test_no_parameters_are_empty_parameters() -> None:
    assert requests.read(msgspec.json.Decoder(requests.Params).decode, msgspec.Raw()) == requests.Params()
