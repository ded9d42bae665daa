"""One at a time: who changes a secret now, and who is next."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.errors import VaultError
from app.gateway.holding import HELD_SECONDS, MOST_WAITING, Holding
from tests.fakes.hand_loop import HandLoop


@pytest.fixture
def loop() -> HandLoop:
    return HandLoop()


@pytest.fixture
def holding(loop: HandLoop) -> Holding:
    return Holding(loop)


def wanting(holding: Holding, *who: str, name: str = "a") -> list[str]:
    """Who holds it, in the order of their turns."""
    turns: list[str] = []
    for one in who:
        holding.hold(name, one, lambda found, one=one: turns.append(one if found is None else str(found)))
    return turns


def test_the_second_waits_until_the_first_is_done(holding: Holding) -> None:
    turns = wanting(holding, "one", "two")
    assert turns == ["one"]
    holding.release("a", "one")
    assert turns == ["one", "two"]


def test_two_secrets_have_nothing_to_do_with_each_other(holding: Holding) -> None:
    assert wanting(holding, "one") + wanting(holding, "two", name="b") == ["one", "two"]


def test_nobody_gives_away_what_another_holds(holding: Holding) -> None:
    turns = wanting(holding, "one", "two", "three")
    holding.release("a", "two")
    holding.release("b", "one")
    assert turns == ["one"]


def test_one_that_waits_no_more_is_passed_over(holding: Holding) -> None:
    turns = wanting(holding, "one", "two", "three")
    holding.release("a", "two")
    holding.release("a", "one")
    assert turns == ["one", "three"]


@pytest.mark.parametrize(("gone", "after"), [("one", ["one", "two"]), ("two", ["one"])])
def test_whoever_dies_neither_holds_nor_waits(holding: Holding, gone: str, after: list[str]) -> None:
    turns = wanting(holding, "one", "two", "three")
    holding.gone(gone)
    assert turns == after
    holding.release("a", "one" if gone == "two" else "two")
    assert turns[-1] == "three"


def test_one_that_dies_with_several_turns_leaves_them_all(holding: Holding) -> None:
    turns = wanting(holding, "one", "one", "two")
    holding.gone("one")
    assert turns == ["one", "two"]


def test_one_that_never_ends_is_passed_over(holding: Holding, loop: HandLoop) -> None:
    turns = wanting(holding, "one", "two", "three")
    loop.advance(HELD_SECONDS)
    holding.release("a", "one")
    assert turns == ["one", "two"]
    loop.advance(HELD_SECONDS)
    assert turns == ["one", "two", "three"]


def test_a_free_secret_leaves_no_timer(holding: Holding, loop: HandLoop) -> None:
    wanting(holding, "one")
    holding.release("a", "one")
    assert loop.waiting == 0


def test_too_many_are_turned_away(holding: Holding) -> None:
    found: list[Any] = []
    for _ in range(MOST_WAITING + 1):
        holding.hold("a", object(), found.append)
    assert isinstance(found[-1], VaultError)
