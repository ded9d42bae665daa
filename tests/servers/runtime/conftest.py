"""Servers as processes, spoken to by lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.fakes.stdio_peer import Peer

Start = Callable[..., Peer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a small server with arguments; ends it after the test."""
    started: list[Peer] = []

    def run(*arguments: str, module: str = "tests.fakes.small_server") -> Peer:
        started.append(Peer(*arguments, module=module))
        return started[-1]

    yield run
    for peer in started:
        peer.end()


@pytest.fixture
def peer(start: Start) -> Peer:
    """A small server spoken to in the modern era, standalone, without a folder."""
    return start()
