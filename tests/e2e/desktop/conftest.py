"""The desktop app in a real X session: the real tray process, the real gateway, real clients through bridges, a person with a mouse.

A test says what a person reads and clicks; where that lies on the screen is asked of the running program, never written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.core.folders import grant
from tests.fakes.client import BridgeProcess
from tests.fakes.person import Person
from tests.fakes.x_session import XSession, missing, x_session

LACKING = missing()


@pytest.fixture(autouse=True)
def programs() -> None:
    """What such a session needs."""
    if LACKING:
        pytest.skip(f"the desktop is not proven here: {', '.join(LACKING)} not installed")


@pytest.fixture
def session(programs: None) -> Iterator[XSession]:
    with x_session() as made:
        yield made


@pytest.fixture
def sit_down(chain: str, session: XSession) -> Iterator[Callable[..., Person]]:
    """Starts the tray program of the chain's home; what it prints fails the test."""
    there: list[Person] = []

    def start(*words: str, home: str = chain, session: XSession = session) -> Person:
        there.append(Person(session, home, *words))
        return there[-1]

    yield start
    for person in there:
        assert person.leave() == "", "the tray complained"
        assert person.tray.returncode == 0


@pytest.fixture
def person(sit_down: Callable[..., Person]) -> Person:
    """Before the open window, with the gateway up."""
    made = sit_down()
    made.sees("Doorkeep is on guard")
    return made


@pytest.fixture
def watcher(asking: str, sit_down: Callable[..., Person]) -> Person:
    """Somebody with the tray alone, in whose folder each change asks."""
    made = sit_down("--background")
    made.sees("^Doorkeep$")
    return made


@pytest.fixture
def client(bridge: Callable[..., BridgeProcess]) -> BridgeProcess:
    """A client of the files, past its handshake."""
    return ready(bridge())


@pytest.fixture
def asking(chain: str, folder: object) -> str:
    """The home, with its folder asking at each change."""
    grant(chain, str(folder), "ask")
    return chain


def ready(client: BridgeProcess, name: str = "fake") -> BridgeProcess:
    """Past its handshake, under the name it gives itself."""
    client.initialize(name=name)
    client.answer("init")
    client.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    return client
