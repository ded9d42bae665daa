"""Asking for a newer version by itself: only when due, told once, and silent where it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core import settings, updates
from app.core.web import WebError
from app.ui.shell.news import EVERY_MS, FIRST_MS, News

LONG = 20_000


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were asked; the answer is a newer version."""
    found: list[str] = []

    def get(url: str, most: int) -> bytes:
        found.append(url)
        return b'{"version": "9.9.9", "notes": "Better."}'

    monkeypatch.setattr(updates, "get", get)
    return found


def switched(home: str, *, on: bool) -> None:
    Path(settings.settings_path(home)).write_text(
        f'[updates]\ncheck = {str(on).lower()}\nurl = "https://example.com/"\n'
    )


def test_switched_off_nobody_is_asked(home: str, background, asked: list[str], qtbot) -> None:
    switched(home, on=False)
    news = News(home, background)
    with qtbot.assertNotEmitted(news.newer):
        news.look()
        assert background.finish(LONG)
    assert asked == []


def test_a_newer_version_is_told_once_and_asked_for_once_a_day(home: str, background, asked: list[str], qtbot) -> None:
    switched(home, on=True)
    news = News(home, background)
    with qtbot.waitSignal(news.newer, timeout=LONG) as told:
        news.look()
    assert told.args == ["9.9.9", "Better."]
    with qtbot.assertNotEmitted(news.newer):
        news.look()
        assert background.finish(LONG)
    assert len(asked) == 1


def test_the_version_that_was_told_is_not_told_the_next_day(home: str, background, asked: list[str], qtbot) -> None:
    switched(home, on=True)
    updates.untold(home, updates.ask(home, 1.0))
    news = News(home, background)
    with qtbot.assertNotEmitted(news.newer):
        news.look()
        assert background.finish(LONG)
        qtbot.wait(0)
    assert len(asked) == 2


def test_what_goes_wrong_is_told_nowhere(home: str, background, monkeypatch, errors: list[Exception], qtbot) -> None:
    def fail(_url: str, _most: int) -> bytes:
        raise WebError("nobody there")

    monkeypatch.setattr(updates, "get", fail)
    switched(home, on=True)
    for text in (None, "broken ["):
        if text:
            Path(settings.settings_path(home)).write_text(text)
        News(home, background).look()
        assert background.finish(LONG)
        qtbot.wait(0)
    assert errors == []


def test_the_first_look_waits_for_the_desktop_and_the_next_for_an_hour(home: str, background) -> None:
    news = News(home, background)
    assert news._soon.interval() == FIRST_MS
    news.look()
    assert news._soon.interval() == EVERY_MS
