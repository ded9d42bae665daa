from __future__ import annotations

import json
from typing import Any

import pytest

from servers.runtime import requests, wire
from servers.runtime.call import Call
from servers.runtime.errors import ProtocolError
from servers.runtime.prompts import Prompt, get
from servers.runtime.server import Server
from tests.fakes.small_server import server


def got(name: str, arguments: dict[str, str], of: Server = server) -> dict[str, Any]:
    return json.loads(b"{%b}" % get(of, Call(1), requests.PromptParams(name=name, arguments=arguments)))


def test_a_prompt_is_made_of_its_arguments() -> None:
    assert got("greet", {"who": "Ann", "to": "Rome"}) == {
        "description": "Greet somebody.",
        "messages": [
            {"role": "user", "content": {"type": "text", "text": "Greet Ann Rome"}},
            {"role": "assistant", "content": {"type": "text", "text": "Hello"}},
        ],
    }


def test_a_prompt_may_be_text_alone() -> None:
    plain = Server("s", title="S", version="1", instructions="")

    @plain.prompt(title="Plain")
    def words(call: Call) -> str:
        """Words."""
        return "some words"

    assert got("words", {}, plain)["messages"] == [{"role": "user", "content": {"type": "text", "text": "some words"}}]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("nobody", {}, "Unknown prompt: nobody"),
        ("greet", {}, "needs the argument who"),
        ("greet", {"who": "a", "when": "b"}, "has no argument when"),
    ],
)
def test_a_wrong_request_is_refused_in_words(name: str, arguments: dict[str, str], words: str) -> None:
    with pytest.raises(ProtocolError, match=words) as error:
        got(name, arguments)
    assert error.value.code == wire.INVALID_PARAMS


def test_a_completion_for_an_unknown_argument_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no argument x"):
        Prompt("p", lambda call: "", title="P", description="P", arguments=(), complete={"x": lambda *_: ()})
