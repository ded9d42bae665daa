"""Only a real keychain is trusted, and what goes wrong is said in words that help."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import keyring.errors
import pytest

from app.core.errors import VaultError
from app.core.vault import keychain as room
from app.core.vault.keychain import BUS, NAMED, LockedError, NoKeychainError, choose, find_session_bus, said
from tests.fakes.keychain import Keychain

PLAIN = [
    "keyrings.alt.file.PlaintextKeyring",
    "keyring.backends.null.Keyring",
    "keyring.backends.chainer.ChainerBackend",
]


@pytest.fixture
def session(keychain: Keychain, monkeypatch: pytest.MonkeyPatch) -> Keychain:
    for name, value in keychain.env.items():
        monkeypatch.setenv(name, value)
    return keychain


def test_the_sessions_own_keychain_is_taken(session: Keychain) -> None:
    assert type(choose()).__module__ == "keyring.backends.SecretService"


@pytest.mark.parametrize("named", PLAIN)
def test_nothing_but_a_real_keychain_is_taken_even_when_named(
    named: str, session: Keychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAMED, named)
    with pytest.raises(NoKeychainError, match="no keychain that Doorkeep trusts"):
        choose()


def test_a_real_one_may_be_named(session: Keychain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAMED, "keyring.backends.SecretService.Keyring")
    assert type(choose()).__module__ == "keyring.backends.SecretService"


def test_without_any_the_reasons_and_a_way_out_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUS, "unix:path=/nowhere/bus")
    with pytest.raises(NoKeychainError) as found:
        choose()
    assert "SecretService" in found.value.detail
    assert "GNOME Keyring" in found.value.fix


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the system keeps this user's bus, and nothing in the environment that says so."""
    monkeypatch.setenv(BUS, "")
    path = tmp_path / str(os.getuid()) / "bus"
    path.parent.mkdir()
    path.touch()
    return path


def test_the_bus_is_found_where_the_system_keeps_it(bus: Path) -> None:
    find_session_bus(str(bus.parents[1]))
    assert os.environ[BUS] == f"unix:path={bus}"


def test_where_there_is_no_bus_none_is_named(bus: Path) -> None:
    bus.unlink()
    find_session_bus(str(bus.parents[1]))
    assert os.environ[BUS] == ""


def test_a_bus_that_is_named_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUS, "unix:path=/mine")
    find_session_bus()
    assert os.environ[BUS] == "unix:path=/mine"


def test_somebody_elses_bus_is_not_used(bus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    another = bus.parents[1] / "12345"
    bus.parent.rename(another)
    monkeypatch.setattr(room.os, "getuid", lambda: 12345)
    find_session_bus(str(another.parent))
    assert os.environ[BUS] == ""


@pytest.mark.parametrize(("platform", "count"), [("darwin", 1), ("win32", 1), ("linux", 3)])
def test_each_system_has_its_own_short_list(platform: str, count: int) -> None:
    assert len(room.REAL[platform]) == count
    assert all(path.startswith("keyring.backends.") for path in room.REAL[platform])


def test_a_mac_may_always_ask_for_a_password(monkeypatch: pytest.MonkeyPatch, session: Keychain) -> None:
    backend = choose()
    asked: list[bool] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    room.note_when_asked(backend, lambda: asked.append(True))
    assert asked == [True]


def test_an_open_keychain_asks_for_nothing(session: Keychain) -> None:
    room.note_when_asked(choose(), lambda: pytest.fail("it is open"))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (keyring.errors.KeyringLocked("x"), LockedError, "The keychain is locked."),
        (keyring.errors.InitError("x"), LockedError, "The keychain is locked."),
        (keyring.errors.PasswordSetError("denied"), VaultError, "The keychain refused. PasswordSetError: denied"),
        (NoKeychainError("none"), NoKeychainError, "none"),
    ],
)
def test_a_failure_is_said_in_words(error: Exception, kind: type[VaultError], words: str) -> None:
    found = said(error)
    assert type(found) is kind
    assert str(found).startswith(words)
