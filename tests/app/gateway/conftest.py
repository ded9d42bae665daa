"""A loop that tests turn by hand, and a running gateway of its own process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from app.gateway.loop import Loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A loop whose errors fail the test."""
    found = Loop()
    errors: list[BaseException] = []
    found.on_error = errors.append
    yield found
    found.close()
    assert errors == []


@pytest.fixture
def turn_until(loop: Loop) -> Callable[..., object]:
    """Turns the loop until the function gives something true, and fails after the bound."""

    def turn(fn: Callable[[], object], seconds: float = 20.0) -> object:
        end = time.monotonic() + seconds
        while True:
            found = fn()
            if found:
                return found
            if time.monotonic() > end:
                pytest.fail(f"not within {seconds} s: {fn}")
            loop.tick(0.01)

    return turn
