"""Answers to what a server wants to know: checked, completed, and told apart from what is no answer."""

from __future__ import annotations

import os
from typing import Any

import pytest

from app.core.errors import DoorkeepError
from app.core.wanted import Wanted, complete, text_of


def one(answer: Any, **more: Any) -> Any:
    return complete("It", (Wanted("a", "The A", **more),), {"a": answer})


@pytest.mark.parametrize(
    ("more", "answer", "found"),
    [
        ({}, " x ", {"a": "x"}),
        ({"default": "d"}, "", {"a": "d"}),
        ({"needed": False}, "", {}),
        ({"needed": False}, "  ", {}),
        ({"needed": False, "many": True}, ["", " "], {}),
        ({"default": "d"}, " \t", {"a": "d"}),
        ({"many": True}, ["x", "", "y"], {"a": ["x", "y"]}),
        ({"many": True}, "x", {"a": ["x"]}),
        ({"kind": "file"}, "/a b", {"a": "/a b"}),
        ({"kind": "folder", "many": True}, ["/a", "/b"], {"a": ["/a", "/b"]}),
        ({"kind": "number"}, "3", {"a": 3.0}),
        ({"kind": "number", "least": 1, "most": 3}, 2.5, {"a": 2.5}),
        ({"kind": "switch"}, "Yes", {"a": True}),
        ({"kind": "switch"}, False, {"a": False}),
        ({"kind": "switch", "default": True}, None, {"a": True}),
        ({"kind": "secret"}, True, {"a": True}),
        ({"kind": "secret", "needed": False}, False, {}),
    ],
)
def test_an_answer_is_taken(more: dict[str, Any], answer: Any, found: dict[str, Any]) -> None:
    assert one(answer, **more) == found


@pytest.mark.parametrize(
    ("more", "answer", "says"),
    [
        ({}, "", "It needs one thing more: The A."),
        ({}, None, "It needs one thing more: The A."),
        ({"kind": "secret"}, False, "It needs one thing more: The A."),
        ({}, ["x", "y"], "only one is taken"),
        ({}, "x\0y", "NUL"),
        ({}, "x" * 40_000, "too long"),
        ({"kind": "file"}, "relative/path", "no full path"),
        ({"kind": "number"}, "three", "is no number"),
        ({"kind": "number"}, "nan", "is no number"),
        ({"kind": "number"}, "inf", "is no number"),
        ({"kind": "number"}, True, "is no number"),
        ({"kind": "number", "least": 1, "most": 3}, "4", "at least 1 and at most 3"),
        ({"kind": "number", "most": 2.5}, "4", "at most 2.5"),
        ({"kind": "switch"}, "perhaps", "neither yes nor no"),
    ],
)
def test_what_is_no_answer_is_said_in_words(more: dict[str, Any], answer: Any, says: str) -> None:
    with pytest.raises(DoorkeepError) as caught:
        one(answer, **more)
    assert says in caught.value.title


def test_a_path_may_begin_with_the_account_s_home() -> None:
    assert one("~/x", kind="folder") == {"a": os.path.expanduser("~/x")}


def test_what_was_not_asked_for_is_refused() -> None:
    with pytest.raises(DoorkeepError, match="does not ask for 'b'") as caught:
        complete("It", (Wanted("a", "A", needed=False),), {"b": "x"})
    assert caught.value.fix == "It asks for a."


@pytest.mark.parametrize(
    ("answer", "text"), [(True, "true"), (False, "false"), (3.0, "3"), (2.5, "2.5"), (10, "10"), ("x", "x")]
)
def test_a_program_gets_plain_text(answer: Any, text: str) -> None:
    assert text_of(answer) == text
