"""Seeing to it that a gateway runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bridge.home import stopped_mark
from app.control import client
from app.core.errors import GatewayUnreachableError
from app.ui.kit.watch import Watch
from app.ui.shell import starting


class Greeted:
    def close(self) -> None:
        """Nothing held."""


def test_starting_the_app_takes_an_earlier_quit_back(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(stopped_mark(home)).touch()
    monkeypatch.setattr(client, "ensure_gateway", lambda home: Greeted())
    starting.start_and_greet(home)
    assert not Path(stopped_mark(home)).exists()


def test_a_gateway_that_does_not_come_is_said(link, services, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(home: str) -> None:
        raise GatewayUnreachableError("No gateway is running.", "The disk is full.", "Make room.")

    monkeypatch.setattr(starting, "start_and_greet", refuse)
    link.is_up = False
    link.home = services.home
    watch = Watch(link)
    starting.Starting(link, watch, services.background, watch).start()
    qtbot.waitUntil(lambda: "disk is full" in watch.facts.detail, timeout=20_000)
    assert watch.facts.fix == "start"


def test_one_attempt_at_a_time(link, services, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    opened: list[bool] = []
    monkeypatch.setattr(starting, "start_and_greet", tried.append)
    monkeypatch.setattr(link, "open", lambda: opened.append(True))
    link.home = services.home
    watch = Watch(link)
    one = starting.Starting(link, watch, services.background, watch)
    one.start()
    one.start()
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    assert tried == [services.home]
