"""`doorkeep secrets`, with a real keychain behind a real gateway."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import keychain as fake
from tests.fakes.house import House

Doorkeep = Callable[..., Any]
CANARY = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def kept(tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A gateway whose session has a keychain; it knows the bus only from its environment."""
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    with fake.running(tmp_path) as keychain:
        for name, value in keychain.env.items():
            monkeypatch.setenv(name, value)
        house = House(home)
        house.start()
        yield house
        house.end()


def typed(monkeypatch: pytest.MonkeyPatch, value: bytes) -> None:
    """What comes on standard input."""

    class Stdin:
        buffer = io.BytesIO(value)

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr("sys.stdin", Stdin())


def test_a_value_is_kept_listed_and_removed(
    doorkeep: Doorkeep, kept: House, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    typed(monkeypatch, CANARY.encode() + b"\n")
    assert doorkeep("secrets", "set", "github").out.startswith("github is kept.")
    typed(monkeypatch, CANARY.encode())
    assert doorkeep("secrets", "set", "github").out.startswith("github is replaced.")
    (fact,) = json.loads(doorkeep("secrets", "list", "--json").out)
    assert (fact["name"], fact["kept"], fact["uses"]) == ("github", True, [])
    assert "github" in doorkeep("secrets", "list").out
    assert doorkeep("secrets", "remove", "github").out == "github is removed.\n"
    assert doorkeep("secrets", "remove", "github").out == "There was no secret named github.\n"
    files = [path for path in Path(home).rglob("*") if path.is_file()]
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]


def test_without_a_keychain_nothing_is_kept_and_the_way_out_is_said(
    doorkeep: Doorkeep, house: House, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    typed(monkeypatch, CANARY.encode())
    said = doorkeep("secrets", "set", "github")
    assert said.status == 1
    assert "This session has no keychain." in said.err
    assert "GNOME Keyring" in said.err
    assert json.loads(doorkeep("secrets", "list", "--json").out) == []
    assert not Path(home, "secrets.json").exists()


def test_what_a_server_needs_is_listed_as_not_set(doorkeep: Doorkeep, home: str) -> None:
    Path(home, "doorkeep.toml").write_text(
        '[servers.x]\ncommand = "x"\nargs = ["secret:a"]\nenv = { T = "secret:b" }\n'
    )
    said = doorkeep("secrets", "list").out
    assert said.count("NOT SET") == 2
    assert "x: env T" in said
    assert "x: args  (every process list shows it there)" in said


def test_nothing_kept_and_nothing_needed_says_how_to_begin(doorkeep: Doorkeep, home: str) -> None:
    assert "`doorkeep secrets set NAME` keeps one" in doorkeep("secrets", "list").out


@pytest.mark.parametrize(("value", "words"), [(b"\xff\xfe", "not UTF-8"), (b"x" * (1 << 20) + b"x", "more than 1 MB")])
def test_what_is_no_value_is_refused_before_anybody_is_asked(
    doorkeep: Doorkeep, home: str, monkeypatch: pytest.MonkeyPatch, value: bytes, words: str
) -> None:
    typed(monkeypatch, value)
    said = doorkeep("secrets", "set", "github")
    assert said.status == 1
    assert words in said.err
    assert not Path(home, "run").exists()
