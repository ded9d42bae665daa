"""A loop that tests turn by hand, and a running gateway of its own process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.gateway.loop import Loop
from tests.fakes.door import FOREIGN_PIN, PIN, Client, Door


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


@pytest.fixture
def door(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """A gateway whose loop, log and servers a test plays by hand; what its clients were sent is checked at the end."""
    builtin = tmp_path / "builtin"
    builtin.mkdir()
    (builtin / "filesystem.json").write_text(json.dumps(PIN))
    pins = Path(home) / "pins"
    pins.mkdir()
    (pins / "tracker.json").write_text(json.dumps(FOREIGN_PIN))
    found = Door(home, str(builtin))
    for room in ("approvals", "calls", "limits", "rows"):
        monkeypatch.setattr(f"app.gateway.{room}.monotonic", found.loop.time)
    yield found
    for client in found.clients:
        client.check()


@pytest.fixture
def granted(door: Door, folder: Path) -> Door:
    """A door that grants the sample folder: to be written."""
    door.settings(f'[[folders]]\npath = "{folder}"\naccess = "write"\n')
    return door


@pytest.fixture
def asking(door: Door, folder: Path) -> Door:
    """A door that asks before each change in the sample folder."""
    door.settings(f'[[folders]]\npath = "{folder}"\naccess = "ask"\n')
    return door


@pytest.fixture
def legacy(door: Door) -> Client:
    """A client that opened with the 2025-11-25 handshake."""
    return door.client()
