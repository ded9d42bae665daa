"""`doorkeep updates`: off until turned on, words and JSON, and a failure that is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core import settings, updates
from app.core.updates import Release
from app.core.web import WebError
from app.version import VERSION


@pytest.fixture
def address(home: str) -> str:
    url = "https://example.com/latest.json"
    Path(settings.settings_path(home)).write_text(f'[updates]\nurl = "{url}"\n')
    return url


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Release | WebError]:
    """What the address answers."""
    given: list[Release | WebError] = [Release("9.9.9", "Better.\nFaster.", "https://example.com/doorkeep")]

    def read(_content: bytes) -> Release:
        if isinstance(given[0], WebError):
            raise given[0]
        return given[0]

    monkeypatch.setattr(updates, "get", lambda _url, _most: b"")
    monkeypatch.setattr(updates, "read", read)
    return given


def test_a_build_without_an_address_says_that_it_asks_nobody(doorkeep) -> None:
    said = doorkeep("updates")
    assert (said.status, said.out) == (
        0,
        f"This is Doorkeep {VERSION}. This build has no address to ask for new versions, so it asks nobody.\n",
    )


@pytest.mark.parametrize("action", ["on", "check"])
def test_without_an_address_nothing_is_turned_on_or_asked(doorkeep, home: str, action: str) -> None:
    said = doorkeep("updates", action)
    assert said.status == 1
    assert "[updates] url" in said.err
    assert not settings.load(home).updates.check


def test_on_and_off_are_written_down(doorkeep, home: str, address: str) -> None:
    assert "once a day" in doorkeep("updates", "on").out
    assert settings.load(home).updates.check
    assert "does not look" in doorkeep("updates", "off").out
    assert not settings.load(home).updates.check
    assert settings.load(home).updates.url == address


def test_a_newer_version_comes_with_notes_and_link(doorkeep, address: str, found) -> None:
    said = doorkeep("updates", "check")
    assert said.status == 0
    assert "Version 9.9.9 is there. https://example.com/doorkeep" in said.out
    assert said.out.endswith("\nBetter.\nFaster.\n")
    assert "9.9.9" in doorkeep("updates").out


def test_the_latest_version_says_so(doorkeep, address: str, found) -> None:
    found[0] = Release(VERSION)
    doorkeep("updates", "on")
    assert "There is no newer one." in doorkeep("updates", "check").out


def test_a_failure_is_told_and_counts_as_one(doorkeep, address: str, found) -> None:
    found[0] = WebError("example.com took too long to answer.")
    said = doorkeep("updates", "check")
    assert said.status == 1
    assert "failed: example.com took too long" in said.out


def test_json_has_all_facts(doorkeep, address: str, found) -> None:
    facts = json.loads(doorkeep("updates", "check", "--json").out)
    assert (facts["version"], facts["state"], facts["release"]["version"]) == (VERSION, "newer", "9.9.9")
