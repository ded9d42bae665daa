"""Quitting politely: ask once, wait within a bound, never use force."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from app.clients.claude_desktop import APPLICATION
from app.desktop.apps import Application, Running, quit_politely, this_desktop, wait


class OneApp:
    """A desktop with one app that is gone after so many looks; None: never."""

    def __init__(self, looks: int | None, error: OSError | None = None) -> None:
        self.looks = looks
        self.error = error
        self.asked = 0

    def running(self, app: Application, folder: str, scan: bool) -> Running | None:
        return None

    def alive(self, running: Running) -> bool:
        if self.looks is None:
            return True
        self.looks -= 1
        return self.looks >= 0

    def ask_to_quit(self, app: Application, running: Running) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error

    def start(self, app: Application, running: Running | None) -> None:
        pytest.fail("nothing is started here")

    def managed(self, app: Application) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize("looks", [0, 1, 3])
def test_an_app_that_ends_was_quit(looks: int) -> None:
    desktop = OneApp(looks)
    assert quit_politely(desktop, APPLICATION, Running(7), 20.0) == ""
    assert desktop.asked == 1


def test_an_app_that_goes_on_is_left_alone() -> None:
    desktop = OneApp(None)
    assert "still runs after 0 seconds" in quit_politely(desktop, APPLICATION, Running(7), 0.0)
    assert desktop.asked == 1


def test_an_app_on_another_machine_is_not_asked() -> None:
    desktop = OneApp(None)
    assert "another machine (attic)" in quit_politely(desktop, APPLICATION, Running(0, where="attic"))
    assert desktop.asked == 0


def test_an_app_that_cannot_be_asked_is_said_with_the_reason() -> None:
    desktop = OneApp(None, PermissionError(1, "Operation not permitted"))
    assert "Operation not permitted" in quit_politely(desktop, APPLICATION, Running(7))


def test_waiting_asks_once_more_at_the_end() -> None:
    answers = iter([False, True])
    assert wait(lambda: next(answers), 0.02)
    assert not wait(lambda: False, 0.0)


def test_the_desktop_is_that_of_this_system() -> None:
    names = {"linux": "LinuxDesktop", "darwin": "MacDesktop", "win32": "WindowsDesktop"}
    assert type(this_desktop()).__name__ == names[sys.platform]
