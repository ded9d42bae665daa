"""What the palette offers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.core import guide
from app.ui.kit.watch import Facts
from app.ui.shell import pages
from app.ui.shell.deeds import deeds


class FakeDesk:
    """Notes what was done to it."""

    def __init__(self, facts: Facts, questions: int = 0) -> None:
        self.watch = SimpleNamespace(facts=facts, questions=[None] * questions)
        self.done: list[tuple[Any, ...]] = []
        self.starting = SimpleNamespace(start=lambda: self.done.append(("start",)))
        self.card = SimpleNamespace(show_all=lambda: self.done.append(("card",)))

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.done.append((name, *given))


def words(desk: FakeDesk) -> list[str]:
    return [one.words for one in deeds(desk)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "offered"),
    [
        (Facts("running", ""), "Pause: refuse every call"),
        (Facts("paused", "", paused=True), "Let calls through again"),
        (Facts("problem", "", fix="start"), "Start the gateway"),
    ],
)
def test_the_switch_is_what_is_possible_now(qapp, facts: Facts, offered: str) -> None:
    three = {"Pause: refuse every call", "Let calls through again", "Start the gateway"}
    assert three & set(words(FakeDesk(facts))) == {offered}


def test_every_page_can_be_gone_to(qapp) -> None:
    desk = FakeDesk(Facts("running", ""))
    for one in deeds(desk):  # type: ignore[arg-type]
        if one.words.startswith("Go to"):
            one.act()
    assert desk.done == [("open", one.name) for one in pages.PAGES]


@pytest.mark.parametrize(("questions", "there"), [(0, False), (2, True)])
def test_questions_are_offered_while_there_are_some(qapp, questions: int, there: bool) -> None:
    assert ("Show what waits for an answer" in words(FakeDesk(Facts("asks", ""), questions))) is there


def test_every_article_of_the_guide_can_be_read(qapp) -> None:
    desk = FakeDesk(Facts("running", ""))
    for one in deeds(desk):  # type: ignore[arg-type]
        if one.words.startswith("Help: "):
            one.act()
    assert desk.done == [("open", "help", {"article": name}) for name in guide.TOPICS[1:]]


def test_a_server_can_be_added_from_anywhere(qapp) -> None:
    desk = FakeDesk(Facts("running", ""))
    next(one for one in deeds(desk) if one.words == "Add a server…").act()  # type: ignore[arg-type]
    assert desk.done == [("go", "servers", {"add": []})]
