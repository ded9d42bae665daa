"""A home with a gateway, and the command line as a person uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from app import cli
from tests.fakes.house import House


class Said(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def doorkeep(home: str, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs `doorkeep …` in this process."""

    def run(*words: str) -> Said:
        capfd.readouterr()
        try:
            status = cli.main([*words])
        except SystemExit as end:
            status = int(str(end.code))
        found = capfd.readouterr()
        return Said(status, found.out, found.err)

    return run


@pytest.fixture
def house(home: str) -> Iterator[House]:
    """A running gateway with the fake server `plain`."""
    found = House(home)
    found.start()
    yield found
    found.end()
