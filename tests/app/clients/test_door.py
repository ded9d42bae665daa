"""The gateway as adopting needs it: started when need be, stopped again where the user had stopped it, errors in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from app.bridge.home import stopped_mark
from app.clients import door as room
from app.clients.door import Fetched, GatewayDoor, as_client_error
from app.core.errors import DoorkeepError, VaultError

ANSWERS = {
    "adopt_secret": {"name": "github", "new": True},
    "adopted_secrets": {"values": {"github": "v"}, "replaced": ["github"], "gone": ["other"]},
    "settings": {"generation": 1, "error": None},
    "look_server": {"digest": "d", "tools": []},
    "accept_server": {"name": "x", "tools": 7},
    "stop": {"state": "stopping"},
}


class Gateway:
    """Answers as ANSWERS says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.closed = 0

    def call(self, name: str, _seconds: float = 0, /, **with_: Any) -> Any:
        self.asked.append((name, with_))
        return ANSWERS[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.closed += 1


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    made = Gateway()
    monkeypatch.setattr(room, "ensure_gateway", lambda _home: made)
    yield made
    assert made.closed >= 1


def test_each_deed_is_one_call(gateway: Gateway, home: str) -> None:
    door = GatewayDoor(home)
    door.keep("github", "v")
    assert door.fetch({"github", "other"}) == Fetched({"github": "v"}, ("github",), ("other",))
    door.settled()
    assert door.trust("x") == 7
    assert gateway.asked == [
        ("adopt_secret", {"name": "github", "value": "v"}),
        ("adopted_secrets", {"names": ["github", "other"]}),
        ("settings", {}),
        ("look_server", {"name": "x"}),
        ("accept_server", {"name": "x", "digest": "d", "reviewed": False}),
    ]


def test_nothing_to_fetch_asks_nobody(home: str) -> None:
    assert GatewayDoor(home).fetch(()) == Fetched()


def test_settings_that_are_not_in_force_are_said(gateway: Gateway, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ANSWERS, "settings", {"error": {"title": "It is broken.", "detail": "", "fix": "Mend it."}})
    with pytest.raises(DoorkeepError, match="It is broken"):
        GatewayDoor(home).settled()


def test_where_the_user_stopped_doorkeep_it_is_stopped_again_afterwards(
    home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway, asked = Gateway(), list[str]()
    Path(stopped_mark(home)).touch()
    up: list[bool] = []

    def start(_home: str) -> None:
        assert not os.path.exists(stopped_mark(home))
        up.append(True)

    class Client:
        def __new__(cls, _home: str) -> Any:
            asked.append("connect")
            if not up or gateway.asked[-1:] == [("stop", {"stay": True})]:
                raise room.GatewayUnreachableError("nobody")
            return gateway

    monkeypatch.setattr(room, "ControlClient", Client)
    monkeypatch.setattr("app.bridge.launch.start_gateway", start)
    GatewayDoor(home).fetch(["github"])
    assert [name for name, _ in gateway.asked] == ["adopted_secrets", "stop"]
    assert gateway.asked[-1][1] == {"stay": True}


def test_words_tell_what_an_error_means_for_the_file() -> None:
    error = as_client_error(VaultError("It is locked.", "So.", "Unlock it."), "Nothing was written.")
    assert str(error) == "It is locked. So. Nothing was written. Unlock it."
