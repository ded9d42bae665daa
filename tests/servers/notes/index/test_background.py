"""The background hears of edits in place, finds those that nobody heard of, and rests while nothing is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.notes.index import background
from servers.notes.index.watching import Watch
from tests.servers.notes.conftest import write
from tests.servers.notes.index.conftest import Index, until


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_an_edit_in_place_is_heard_of(index: Index, vault: Path) -> None:
    write(vault, {"in/a.md": "before"})
    index.refresh()
    append(vault / "in" / "a.md", " heardof")
    until(lambda: index.claims("heardof") == ["in/a.md"])


def test_an_edit_that_nobody_heard_of_is_found_by_the_sweep(
    index: Index, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "start", lambda self: False)
    monkeypatch.setattr(background, "SWEEP_SECONDS", 0.1)
    write(vault, {"in/a.md": "before"})
    index.refresh()
    append(vault / "in" / "a.md", " unheard")
    until(lambda: index.find("unheard") == ["in/a.md"])


def test_the_sweep_comes_within_half_a_minute_and_stops_when_nobody_asks(index: Index) -> None:
    keeper = index.refresh()
    until(lambda: keeper.swept > 0)
    behind = keeper.background
    assert 0 < (behind._until_next() or 0) <= background.SWEEP_SECONDS < 30  # pyright: ignore[reportPrivateUsage]
    keeper.used -= background.IN_USE_SECONDS + 1
    assert behind._until_next() is None  # pyright: ignore[reportPrivateUsage]


def test_a_folder_that_came_is_heard_of(index: Index, vault: Path) -> None:
    index.refresh()
    write(vault, {"new/deep/a.md": "heardof"})
    until(lambda: index.claims("heardof") == ["new/deep/a.md"])


def test_what_goes_wrong_in_the_background_ends_neither_it_nor_the_server(
    index: Index, vault: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write(vault, {"a.md": "before"})
    keeper = index.refresh()
    recheck, failed = keeper.recheck, []

    def fail_once(*arguments: object) -> None:
        if not failed:
            failed.append(True)
            raise ZeroDivisionError
        recheck(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(keeper, "recheck", fail_once)
    append(vault / "a.md", " one")
    until(lambda: failed)
    append(vault / "a.md", " two")
    until(lambda: index.claims("two") == ["a.md"])
    assert "ZeroDivisionError" in capfd.readouterr().err
