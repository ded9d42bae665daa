"""A gateway played by the test, and bridges that end with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.fakes.client import BridgeProcess
from tests.fakes.gateway import FakeGateway


@pytest.fixture
def gateway(home: str) -> Iterator[FakeGateway]:
    fake = FakeGateway(home)
    yield fake
    fake.end()


@pytest.fixture
def bridge(home: str) -> Iterator[Callable[..., BridgeProcess]]:
    """Starts bridges of this home: `bridge()` or `bridge("other")`."""
    started: list[BridgeProcess] = []

    def start(server: str = "filesystem") -> BridgeProcess:
        started.append(BridgeProcess("--home", home, server))
        return started[-1]

    yield start
    for process in started:
        process.end()
