"""What a row tells of its own change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QObject

from app.core.errors import GatewayUnreachableError
from app.ui.kit.in_force import InForce
from app.ui.kit.services import Services

LONG = 20_000


class Told:
    """A row that keeps what it was told."""

    def __init__(self) -> None:
        self.state = ""
        self.problem = "old"
        self.settings = 0

    def show_state(self, text: str, tone: str = "muted", drawing: str = "clock") -> None:
        self.state = text

    def show_problem(self, text: str) -> None:
        self.problem = text

    def show_settings(self) -> None:
        self.settings += 1


@pytest.fixture
def row() -> Told:
    return Told()


@pytest.fixture
def looks() -> list[int]:
    return []


@pytest.fixture
def changes(services: Services, row: Told, looks: list[int], link, qtbot) -> InForce:
    link.answers["settings"] = {"generation": 2, "error": None}
    owner = QObject(services.background)
    return InForce(services, {"a": row}.get, lambda: looks.append(1), str, owner)  # type: ignore[arg-type]


def test_in_force_is_said_when_the_gateway_says_so(changes: InForce, row: Told, looks: list[int], qtbot) -> None:
    changes.carry_out("a", lambda _confirm: None)
    assert changes.busy("a")
    assert row.problem == ""
    qtbot.waitUntil(lambda: row.state == "In force", timeout=LONG)
    assert looks == [1]
    assert not changes.busy("a")


def test_without_a_gateway_it_says_from_when_on(changes: InForce, row: Told, link, qtbot) -> None:
    link.answers["settings"] = GatewayUnreachableError("No gateway is running.")
    changes.carry_out("a", lambda _confirm: None)
    qtbot.waitUntil(lambda: "when Doorkeep's gateway starts" in row.state, timeout=LONG)


def test_settings_that_the_gateway_refuses_are_not_said_to_be_in_force(
    changes: InForce, row: Told, looks: list[int], link, qtbot
) -> None:
    link.answers["settings"] = {"generation": 2, "error": "line 3"}
    changes.carry_out("a", lambda _confirm: None)
    qtbot.waitUntil(lambda: bool(looks), timeout=LONG)
    assert row.state == ""


def test_what_cannot_be_done_is_said_and_the_row_shows_what_counts(changes: InForce, row: Told, qtbot) -> None:
    def fail(_confirm: Callable[[], Any]) -> None:
        raise ValueError("no room")

    changes.carry_out("a", fail)
    qtbot.waitUntil(lambda: row.problem == "no room", timeout=LONG)
    assert (row.state, row.settings) == ("", 1)


def test_a_slow_change_says_that_it_is_under_way_and_a_second_one_waits_for_it(
    changes: InForce, row: Told, qtbot
) -> None:
    go = threading.Event()
    done: list[int] = []
    changes.carry_out("a", lambda _confirm: go.wait(LONG / 1000) and done.append(1))
    qtbot.waitUntil(lambda: row.state == "Changing…", timeout=LONG)
    changes.carry_out("a", lambda _confirm: done.append(2))
    go.set()
    qtbot.waitUntil(lambda: row.state == "In force", timeout=LONG)
    assert done == [1, 2]


def test_a_row_that_went_meanwhile_is_not_told(changes: InForce, looks: list[int], qtbot) -> None:
    changes.carry_out("gone", lambda _confirm: None)
    qtbot.waitUntil(lambda: bool(looks), timeout=LONG)
    assert not changes.busy("gone")
