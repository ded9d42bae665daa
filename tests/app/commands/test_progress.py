"""The bar on stderr."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from app.commands import progress
from app.commands.progress import Bar


class Terminal(io.StringIO):
    """A stderr that is a terminal, or not."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Terminal]:
    """Puts a stderr of one's own in place, from within the test: between its phases pytest puts in its own."""
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    monkeypatch.setenv("COLUMNS", "60")

    def replace(is_terminal: bool = True) -> Terminal:
        screen = Terminal(is_terminal)
        monkeypatch.setattr(sys, "stderr", screen)
        return screen

    return replace


def test_it_draws_its_share_and_wipes_itself(stderr: Callable[..., Terminal]) -> None:
    screen = stderr()
    with Bar("Checking") as bar:
        bar(1, 4)
        bar(4, 4)
    _, first, second, wiped = screen.getvalue().split("\r")
    assert (first.startswith("Checking ██████████░"), " 25%" in first, "100%" in second, wiped) == (
        True,
        True,
        True,
        "\033[K",
    )


@pytest.mark.parametrize(("done", "total"), [(0, 0), (5, 3), (0, 10)])
def test_odd_numbers_are_drawn_within_the_bar(stderr: Callable[..., Terminal], done: int, total: int) -> None:
    screen = stderr()
    with Bar("x") as bar:
        bar(done, total)
    assert 0 < len(screen.getvalue().split("\r")[1]) <= 60


def test_short_work_shows_nothing(stderr: Callable[..., Terminal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 1000.0)
    screen = stderr()
    with Bar("x") as bar:
        bar(1, 2)
    assert screen.getvalue() == ""


def test_without_a_terminal_it_is_silent(stderr: Callable[..., Terminal]) -> None:
    screen = stderr(is_terminal=False)
    with Bar("x") as bar:
        bar(1, 2)
    assert screen.getvalue() == ""
