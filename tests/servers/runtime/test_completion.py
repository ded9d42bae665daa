from __future__ import annotations

import json
from typing import Any

import pytest

from servers.runtime import requests, wire
from servers.runtime.call import Call
from servers.runtime.completion import complete
from servers.runtime.errors import ProtocolError
from tests.fakes.small_server import server

TEMPLATE = requests.Reference("ref/resource", uri="thing://{kind}/{+path}")
PROMPT = requests.Reference("ref/prompt", name="greet")


def values(ref: requests.Reference, name: str, typed: str, **others: str) -> dict[str, Any]:
    params = requests.CompleteParams(ref=ref, argument=requests.Argument(name, typed), context=requests.Context(others))
    return json.loads(b"{%b}" % complete(server, Call(1), params))["completion"]


def test_no_more_than_a_hundred_values_are_given_and_the_rest_is_counted() -> None:
    found = values(TEMPLATE, "kind", "x")
    assert (len(found["values"]), found["total"], found["hasMore"]) == (100, 150, True)


def test_the_other_arguments_are_known() -> None:
    assert values(PROMPT, "who", "", to="Rome") == {"values": ["Rome"], "total": 1, "hasMore": False}


@pytest.mark.parametrize("name", ["path", "unheard-of"])
def test_what_nobody_completes_has_no_values(name: str) -> None:
    assert values(TEMPLATE, name, "x")["values"] == []


@pytest.mark.parametrize(
    "ref",
    [
        requests.Reference("ref/resource", uri="thing://other"),
        requests.Reference("ref/prompt", name="nobody"),
        requests.Reference("ref/tool", name="echo"),
    ],
)
def test_an_unknown_reference_is_refused(ref: requests.Reference) -> None:
    with pytest.raises(ProtocolError) as error:
        values(ref, "x", "y")
    assert error.value.code == wire.INVALID_PARAMS
