"""Seeing to it that a gateway runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bridge.home import stopped_mark
from app.control import client
from app.core.errors import GatewayUnreachableError
from app.ui.kit.watch import Watch
from app.ui.shell import starting
from app.version import VERSION


class Greeted:
    """A connection to a gateway of that release."""

    def __init__(self, version: str = VERSION) -> None:
        self.version = version

    def __enter__(self) -> Greeted:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing held."""


def test_starting_the_app_takes_an_earlier_quit_back(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(stopped_mark(home)).touch()
    monkeypatch.setattr(client, "ensure_gateway", lambda home: Greeted())
    assert starting.start_and_greet(home) == ""
    assert not Path(stopped_mark(home)).exists()


def test_a_gateway_of_a_newer_release_is_told_of_and_left_alone(
    home: str, link, services, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ensure_gateway", lambda home: Greeted("99.0.0"))
    monkeypatch.setattr(link, "open", lambda: None)
    link.home = home
    watch = Watch(link)
    one = starting.Starting(link, watch, services.background, watch)
    with qtbot.waitSignal(one.told, timeout=20_000) as told:
        one.start()
    assert told.args[0].startswith("Doorkeep 99.0.0 serves this home already, and this is the older release")


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

    def attempt(home: str) -> str:
        tried.append(home)
        return ""

    opened: list[bool] = []
    monkeypatch.setattr(starting, "start_and_greet", attempt)
    monkeypatch.setattr(link, "open", lambda: opened.append(True))
    link.home = services.home
    watch = Watch(link)
    one = starting.Starting(link, watch, services.background, watch)
    one.start()
    one.start()
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    assert tried == [services.home]
