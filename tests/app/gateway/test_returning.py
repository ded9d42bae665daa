"""Secrets that stood in clients' files: kept with a note, given back by name, and no other ever."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, cast

import pytest

from app.control import messages
from app.core.errors import DoorkeepError, NoSecretError, VaultError
from app.core.secret_names import Noted, names_of, write_names
from app.gateway.returning import Returning, noted
from app.gateway.vault import Vault

CANARY = "ghp_0123456789abcdefghijkl"


class Keychain:
    """Answers at once. `moment`: when what is set is set."""

    def __init__(self, home: str) -> None:
        self.home, self.kept, self.moment, self.locked = home, dict[str, str](), 1, False

    def keep(self, name: str, value: str, then: Callable[[Any], None]) -> None:
        if self.locked:
            then(VaultError("The keychain is locked."))
            return
        new = name not in self.kept
        self.kept[name] = value
        write_names(self.home, {**names_of(self.home), name: Noted(self.moment)})
        then(new)

    def fetch(self, names: Collection[str], then: Callable[[Any], None]) -> None:
        missing = [name for name in names if name not in self.kept]
        if self.locked:
            then(VaultError("The keychain is locked."))
        else:
            then(NoSecretError("gone") if missing else {name: self.kept[name] for name in names})


@pytest.fixture
def keychain(tmp_path: Path) -> Keychain:
    return Keychain(str(tmp_path))


@pytest.fixture
def call(keychain: Keychain) -> Callable[..., Any]:
    calls = Returning(keychain.home, cast("Vault", keychain)).calls

    def answered(name: str, asked: Any) -> Any:
        found: list[Any] = []
        calls[name][1](asked)(found.append)
        return found[0]

    return answered


def test_what_was_adopted_is_given_back(call: Callable[..., Any], keychain: Keychain, tmp_path: Path) -> None:
    assert call("adopt_secret", messages.Keeping("github", CANARY)) == {"name": "github", "new": True}
    found = call("adopted_secrets", messages.Fetching(["github"]))
    assert found == {"values": {"github": CANARY}, "replaced": [], "gone": []}
    assert not any(CANARY in path.read_text() for path in tmp_path.iterdir())
    assert (tmp_path / "adopted.json").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_the_user_set_is_never_given_back(call: Callable[..., Any], keychain: Keychain) -> None:
    keychain.keep("own", CANARY, lambda _new: None)
    assert call("adopted_secrets", messages.Fetching(["own", "nobody"])) == {
        "values": {},
        "replaced": [],
        "gone": ["nobody", "own"],
    }


def test_what_was_set_anew_or_removed_since_is_told(call: Callable[..., Any], keychain: Keychain) -> None:
    for name in ("a", "b", "c"):
        call("adopt_secret", messages.Keeping(name, CANARY))
    keychain.moment = 2
    keychain.keep("a", "another", lambda _new: None)
    del keychain.kept["b"]
    found = call("adopted_secrets", messages.Fetching(["a", "b", "c", "a"]))
    assert found == {"values": {"a": "another", "c": CANARY}, "replaced": ["a"], "gone": ["b"]}


def test_a_locked_keychain_is_an_error_and_nothing_is_noted(call: Callable[..., Any], keychain: Keychain) -> None:
    keychain.locked = True
    assert isinstance(call("adopt_secret", messages.Keeping("github", CANARY)), VaultError)
    assert noted(keychain.home) == {}
    keychain.locked = False
    call("adopt_secret", messages.Keeping("github", CANARY))
    keychain.locked = True
    assert isinstance(call("adopted_secrets", messages.Fetching(["github"])), VaultError)


def test_a_note_that_cannot_be_written_is_said(call: Callable[..., Any], keychain: Keychain, tmp_path: Path) -> None:
    (tmp_path / "adopted.json").mkdir()
    found = call("adopt_secret", messages.Keeping("github", CANARY))
    assert isinstance(found, DoorkeepError)
    assert "could not be noted" in str(found)
    assert CANARY not in str(found)
