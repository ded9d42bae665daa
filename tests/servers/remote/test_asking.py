"""The private line to the gateway: what is asked, what an answer means, and that nothing is waited for without end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from servers.remote import asking
from servers.remote.asking import Gateway, RefusalError
from servers.runtime import wire

Answers = Callable[[dict[str, Any]], dict[str, Any] | None]


class Line:
    """Answers each request at once, or not at all."""

    def __init__(self, answers: Answers) -> None:
        self.said: list[dict[str, Any]] = []
        self._answers = answers
        self.gateway = Gateway(self.write)

    def write(self, message: dict[str, Any]) -> None:
        self.said.append(message)
        answer = self._answers(message) if "id" in message else None
        if answer is not None:
            assert self.gateway.answered({"jsonrpc": "2.0", "id": message["id"], **answer})

    @property
    def methods(self) -> list[str]:
        return [message["method"].removeprefix("doorkeep/") for message in self.said]


def done(deed: Callable[[], Awaitable[Any]]) -> Any:
    """What came of it, within a bound."""

    async def bounded() -> Any:
        with anyio.fail_after(30):
            return await deed()

    return anyio.run(bounded)


def test_secrets_are_asked_for_one_by_one_and_once_each() -> None:
    line = Line(lambda asked: {"result": {"value": asked["params"]["name"].upper()}})
    assert done(lambda: line.gateway.secrets(["b", "a", "b"])) == {"a": "A", "b": "B"}
    assert [asked["params"] for asked in line.said] == [{"name": "a"}, {"name": "b"}]
    assert all(asked["id"].startswith(wire.PRIVATE) for asked in line.said)


def test_one_that_was_never_set_says_how_to_set_it() -> None:
    line = Line(lambda _asked: {"result": {"value": None}})
    assert done(lambda: line.gateway.secret("a")) is None
    with pytest.raises(RefusalError, match="doorkeep secrets set a"):
        done(lambda: line.gateway.secrets(["a"]))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": {"code": 1, "message": "The keychain is locked."}}, "The keychain is locked."),
        ({"error": {}}, "Doorkeep refused the secret."),
        ({"error": 1}, "Doorkeep refused the secret."),
        ({"error": {"message": ""}}, "Doorkeep refused the secret."),
    ],
)
def test_a_refusal_comes_in_its_words(answer: dict[str, Any], words: str) -> None:
    line = Line(lambda _asked: answer)
    for deed in (
        lambda: line.gateway.secret("a"),
        lambda: line.gateway.store("a", "v"),
        lambda: line.gateway.remove("a"),
    ):
        with pytest.raises(RefusalError, match=words):
            done(deed)


def test_an_answer_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking.Gateway._ask, "__defaults__", (0.0,))
    line = Line(lambda _asked: None)
    with pytest.raises(RefusalError, match="in time"):
        done(lambda: line.gateway.secret("a"))
    assert line.gateway.answered({"id": line.said[0]["id"], "result": {"value": "late"}})


def test_a_turn_is_given_back_whatever_happens() -> None:
    async def taken(line: Line) -> None:
        with pytest.raises(ZeroDivisionError):
            async with line.gateway.turn("a"):
                raise ZeroDivisionError

    line = Line(lambda _asked: {"result": {}})
    done(lambda: taken(line))
    assert line.methods == ["hold_secret", "release_secret"]


def test_a_turn_that_is_not_given_is_not_waited_for_any_more() -> None:
    async def taken(line: Line) -> None:
        async with line.gateway.turn("a"):
            raise AssertionError("nobody gave it")

    line = Line(lambda _asked: {"error": {"message": "Too many."}})
    with pytest.raises(RefusalError, match=r"Too many\."):
        done(lambda: taken(line))
    assert line.methods == ["hold_secret", "release_secret"]


def test_words_for_the_user_need_no_answer() -> None:
    line = Line(lambda _asked: None)
    line.gateway.needs_sign_in("Sign in.")
    assert line.said == [{"jsonrpc": "2.0", "method": "doorkeep/sign_in_needed", "params": {"words": "Sign in."}}]


@pytest.mark.parametrize(
    "message",
    [
        {"id": 1, "result": {}},
        {"id": "doorkeep-1", "result": {}},
        {"method": "tools/list", "id": f"{wire.PRIVATE}1"},
        {"method": "x"},
    ],
)
def test_what_is_the_clients_is_left(message: dict[str, Any]) -> None:
    assert not Line(lambda _asked: None).gateway.answered(message)
