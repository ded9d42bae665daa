from __future__ import annotations

import json
from typing import Any

import pytest

from servers.runtime import requests, wire
from servers.runtime.call import Call
from servers.runtime.errors import ProtocolError, ToolError
from servers.runtime.resources import NOT_FOUND_BEFORE, ResourceTemplate, TextContents, listed, read
from servers.runtime.server import Server
from tests.fakes.small_server import server


def contents(uri: str, *, modern: bool = True, of: Server = server) -> dict[str, Any]:
    return json.loads(b"{%b}" % read(of, Call(1, modern=modern), requests.ReadParams(uri=uri)))


def test_a_resource_is_read_through_its_template() -> None:
    found = contents("thing://a/b/c%20d")
    assert found["contents"] == [
        {"uri": "thing://a/b/c%20d", "mimeType": "text/plain", "text": "a:b/c d"},
        {"uri": "thing://a/b/c%20d", "blob": "AAE="},
    ]
    assert (found["ttlMs"], found["cacheScope"]) == (0, "private")
    assert set(contents("thing://a/b", modern=False)) == {"contents"}


@pytest.mark.parametrize(("modern", "code"), [(True, wire.INVALID_PARAMS), (False, NOT_FOUND_BEFORE)])
@pytest.mark.parametrize("uri", ["thing://none/x", "other://x", "", "thing://"])
def test_what_is_not_there_is_an_error_of_its_era(uri: str, modern: bool, code: int) -> None:
    with pytest.raises(ProtocolError) as error:
        contents(uri, modern=modern)
    assert error.value.code == code
    assert json.loads(error.value.data) == {"uri": uri}


def test_a_resource_without_content_is_still_text() -> None:
    empty = Server("s", title="S", version="1", instructions="")

    @empty.resource_template("empty:{name}", name="empty", title="Empty")
    def nothing(call: Call, name: str) -> TextContents:
        """Nothing."""
        return TextContents(text="")

    assert contents("empty:x", of=empty)["contents"] == [{"uri": "empty:x", "text": ""}]


def test_a_servers_own_list_is_shown_and_no_list_is_empty() -> None:
    found = json.loads(b"{%b}" % listed(server, Call(1), requests.Params()))
    assert found["resources"] == [{"uri": "thing://a/b", "name": "b", "title": "B"}]
    bare = Server("s", title="S", version="1", instructions="")
    assert listed(bare, Call(1, modern=False), requests.Params()) == b'"resources":[]'


def test_a_list_of_one_page_takes_no_cursor() -> None:
    with pytest.raises(ProtocolError, match="cursor"):
        listed(server, Call(1), requests.Params(cursor="x"))


def test_a_completion_for_an_unknown_variable_is_refused_at_once() -> None:
    def never(call: Call, **variables: str) -> TextContents:
        raise ToolError("no")

    with pytest.raises(ValueError, match="no variable b"):
        ResourceTemplate(
            "x:{a}", never, name="x", title="X", description="X", mime_type="", complete={"b": lambda *_: ()}
        )
