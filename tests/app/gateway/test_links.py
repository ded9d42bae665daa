"""The pipe to a server: our ids out, answers back to whoever asked."""

from __future__ import annotations

from typing import Any

import pytest

from app.gateway.links import Link, Progress
from servers.runtime import wire
from tests.fakes.door import HandChild


class Waiting:
    def __init__(self) -> None:
        self.got: list[Any] = []

    def answered(self, message: wire.Message) -> None:
        self.got.append(bytes(message.result) or bytes(message.error))

    def progressed(self, progress: Progress) -> None:
        self.got.append(progress.progress)

    def interrupted(self, result: bytes) -> None:
        self.got.append(result)

    def gone(self, words: str) -> None:
        self.got.append(words)


@pytest.fixture
def child() -> HandChild:
    return HandChild("filesystem")


@pytest.fixture
def link(child: HandChild) -> Link:
    return Link(child, lambda to, line, _call: to.send(line))


def ask(link: Link) -> tuple[int, Waiting]:
    waiting, number = Waiting(), link.next_id()
    link.request(number, "tools/call", b"{}", waiting)
    return number, waiting


def test_each_answer_goes_to_the_one_who_asked(link: Link, child: HandChild) -> None:
    (first, one), (second, other) = ask(link), ask(link)
    link.receive(b'{"jsonrpc":"2.0","id":%d,"result":{"b":2}}' % second)
    link.receive(b'{"jsonrpc":"2.0","id":%d,"result":{"a":1}}' % first)
    assert (one.got, other.got) == ([b'{"a":1}'], [b'{"b":2}'])
    assert child.in_flight == 0


@pytest.mark.parametrize(
    "line",
    [
        b"no json",
        b"[]",
        b'{"id":',
        b"\xff\xfe",
        b'{"jsonrpc":"2.0","id":99,"result":{}}',
        b'{"jsonrpc":"2.0","id":"1","result":{}}',
        b'{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}',
        b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"x"}}',
        b'{"jsonrpc":"2.0","method":"notifications/message","params":{}}',
    ],
)
def test_what_is_no_answer_to_us_is_dropped(link: Link, child: HandChild, line: bytes) -> None:
    _, waiting = ask(link)
    link.receive(line)
    assert waiting.got == []
    assert child.in_flight == 1


def test_a_forgotten_request_hears_nothing(link: Link, child: HandChild) -> None:
    number, waiting = ask(link)
    link.forget(number)
    link.forget(number)
    link.receive(b'{"jsonrpc":"2.0","id":%d,"result":{}}' % number)
    assert waiting.got == []
    assert child.in_flight == 0


def test_when_the_server_ends_everyone_is_told_once(link: Link, child: HandChild) -> None:
    waiting = [ask(link)[1] for _ in range(3)]
    link.gone("it ended")
    link.gone("it ended again")
    assert [one.got for one in waiting] == [["it ended"]] * 3
    assert child.in_flight == 0


def test_a_request_of_the_servers_is_refused_and_never_reaches_a_client(link: Link, child: HandChild) -> None:
    link.receive(b'{"jsonrpc":"2.0","id":"x","method":"sampling/createMessage","params":{}}')
    assert child.heard[-1]["id"] == "x"
    assert child.heard[-1]["error"]["code"] == wire.METHOD_NOT_FOUND


def test_progress_goes_by_the_requests_own_id(link: Link) -> None:
    number, waiting = ask(link)
    link.receive(
        b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%d,"progress":0.5}}' % number
    )
    assert waiting.got == [0.5]
