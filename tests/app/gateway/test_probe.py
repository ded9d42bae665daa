from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.core.errors import DoorkeepError
from app.gateway.loop import Loop
from app.gateway.probe import Probe
from tests.fakes.house import House


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


def test_a_server_that_answers_is_started_and_timed_without_a_row(house: House) -> None:
    with house.control() as control:
        found = control.call("test_server", name="plain")
    assert (found["name"], found["modern"]) == ("plain", True)
    assert found["duration_ms"] > 0
    assert [row["state"] for row in house.status()["servers"]] in ([], ["stopped"])


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ('command = "/no/such/program"', "could not be started"),
        ('command = "true"', "ended unexpectedly"),
        ('url = "http://127.0.0.1:1/mcp"', "cannot be reached"),
    ],
)
def test_a_server_that_does_not_answer_is_told_in_words(house: House, program: str, words: str) -> None:
    house.settings(f"[servers.plain]\n{program}\n")
    with house.control() as control, pytest.raises(DoorkeepError, match=words):
        control.call("test_server", name="plain")


def test_others_are_served_while_it_waits(house: House) -> None:
    house.settings('[servers.plain]\ncommand = "sleep"\nargs = ["60"]\n')
    with house.control() as control:
        control.send(b'{"id":1,"call":"test_server","with":{"name":"plain"}}\n{"id":2,"call":"servers"}\n')
        assert control.line(20).startswith(b'{"id":2')


def test_one_that_never_answers_is_given_up(home: str, loop: Loop, turn_until: Callable[..., object]) -> None:
    class Deaf:
        forgotten = 0

        def next_id(self) -> int:
            return 7

        def request(self, *_request: object) -> None: ...

        def forget(self, number: int) -> None:
            self.forgotten = number

    class Core:
        def __init__(self) -> None:
            self.loop = loop
            self.deaf = Deaf()

        def view(self, server: str) -> str:
            return server

        def link(self, _view: str) -> Deaf:
            return self.deaf

    core, found = Core(), list[object]()
    given_up = Probe(core, "plain", found.append)  # type: ignore[arg-type]
    given_up._late()
    given_up.gone("later")
    assert [str(error) for error in found] == [
        "The server plain did not answer within 20 s. Its own messages are in logs/plain.log of Doorkeep's home."
    ]
    assert core.deaf.forgotten == 7
