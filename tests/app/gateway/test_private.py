"""What a server of ours may ask its gateway: its own secrets, and nothing else of anybody's."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

import pytest

from app.core.errors import NoSecretError, VaultError
from app.gateway.holding import Holding
from app.gateway.private import Desk, Names, Private
from app.gateway.scrubbing import Scrubber
from servers.runtime import wire
from tests.fakes.hand_loop import HandLoop

TOKEN = "far-0123456789-a-token"
SIGN_IN = json.dumps({"access_token": "access-0123456789", "url": "https://example.com/a/long/one", "scope": "a b"})


class Keychain:
    """Secrets in memory, as the vault gives them."""

    def __init__(self) -> None:
        self.kept = {"far": TOKEN, "other": "somebody-elses", "oauth-far": SIGN_IN}
        self.error: VaultError | None = None

    def fetch(self, names: Collection[str], then: Callable[[Any], None]) -> None:
        missing = [name for name in names if name not in self.kept]
        then(self.error or (NoSecretError(missing[0]) if missing else {name: self.kept[name] for name in names}))

    def keep(self, name: str, value: str, then: Callable[[Any], None]) -> None:
        self.kept[name] = value
        then(self.error or False)

    def remove(self, name: str, then: Callable[[Any], None]) -> None:
        then(self.error or self.kept.pop(name, None) is not None)


class Asking:
    """A child of ours."""

    def __init__(self, desk: Desk, names: Names) -> None:
        self.server = "far"
        self.gone = False
        self.scrubber = Scrubber({})
        self.sent: list[dict[str, Any]] = []
        self.exits: list[Callable[[str], None]] = []
        self.private: Private = desk.attend(self, lambda: names)

    def send(self, line: bytes) -> None:
        self.sent.append(json.loads(line))

    def on_exit(self, callback: Callable[[str], None]) -> None:
        self.exits.append(callback)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        line = wire.request_line(f"{wire.PRIVATE}1", f"doorkeep/{method}", wire.encode(params))
        assert self.private.takes(line)
        answer = self.sent.pop()
        assert answer["id"] == f"{wire.PRIVATE}1"
        return answer

    def error(self, method: str, **params: Any) -> dict[str, Any]:
        return self.ask(method, **params)["error"]


@pytest.fixture
def keychain() -> Keychain:
    return Keychain()


@pytest.fixture
def desk(keychain: Keychain) -> Desk:
    return Desk(keychain, Holding(HandLoop()))


@pytest.fixture
def child(desk: Desk) -> Asking:
    return Asking(desk, Names(frozenset({"far", "absent"}), frozenset({"oauth-far"})))


def test_a_secret_of_its_own_is_given(child: Asking) -> None:
    assert child.ask("secret", name="far")["result"] == {"value": TOKEN}
    assert child.ask("secret", name="oauth-far")["result"] == {"value": SIGN_IN}


def test_one_that_was_never_set_is_told_from_one_that_it_may_not_have(child: Asking) -> None:
    assert child.ask("secret", name="absent")["result"] == {"value": None}
    assert child.error("secret", name="other")["code"] == wire.INVALID_PARAMS


@pytest.mark.parametrize(
    "method", ["store_secret", "remove_secret", "hold_secret", "release_secret", "policy", "other"]
)
@pytest.mark.parametrize("name", ["far", "other"])
def test_only_its_own_sign_in_may_be_changed(child: Asking, keychain: Keychain, method: str, name: str) -> None:
    before = dict(keychain.kept)
    assert child.error(method, name=name, value="mine")["code"] == wire.INVALID_PARAMS
    assert keychain.kept == before


def test_a_sign_in_is_kept_and_removed(child: Asking, keychain: Keychain) -> None:
    assert child.ask("store_secret", name="oauth-far", value="new")["result"] == {}
    assert keychain.kept["oauth-far"] == "new"
    assert child.ask("remove_secret", name="oauth-far")["result"] == {"removed": True}
    assert child.ask("remove_secret", name="oauth-far")["result"] == {"removed": False}


def test_what_the_keychain_says_comes_in_words(child: Asking, keychain: Keychain) -> None:
    keychain.error = VaultError("The keychain is locked.", "", "Unlock it.")
    for method in ("secret", "store_secret", "remove_secret"):
        assert child.error(method, name="oauth-far")["message"] == "The keychain is locked. Unlock it."


def test_two_children_take_turns(desk: Desk) -> None:
    own = Names(own=frozenset({"oauth-far"}))
    one, two = Asking(desk, own), Asking(desk, own)
    line = wire.request_line(f"{wire.PRIVATE}2", "doorkeep/hold_secret", b'{"name":"oauth-far"}')
    assert one.ask("hold_secret", name="oauth-far")["result"] == {}
    two.private.takes(line)
    assert two.sent == []
    one.exits[0]("It ended.")
    assert two.sent[0]["result"] == {}
    assert two.ask("release_secret", name="oauth-far")["result"] == {}


def test_what_a_child_was_given_never_reaches_its_log(child: Asking) -> None:
    child.ask("secret", name="far")
    child.ask("secret", name="oauth-far")
    child.ask("store_secret", name="oauth-far", value=json.dumps({"refresh_token": "refresh-9876543210"}))
    said = child.scrubber.feed(f"{TOKEN} access-0123456789 refresh-9876543210 /a/long/one\n".encode())
    assert said == b"[secret far] [secret oauth-far] [secret oauth-far] /a/long/one\n"


def test_a_need_to_sign_in_is_told_and_taken_back(desk: Desk, child: Asking) -> None:
    told: list[tuple[str, str]] = []
    desk.on_need = lambda server, words: told.append((server, words))
    assert child.private.takes(wire.notification_line("doorkeep/sign_in_needed", b'{"words":"Sign in again."}'))
    child.ask("store_secret", name="oauth-far", value="new")
    assert told == [("far", "Sign in again."), ("far", "")]


def test_a_server_without_a_sign_in_needs_none(desk: Desk) -> None:
    told: list[str] = []
    desk.on_need = lambda server, _words: told.append(server)
    child = Asking(desk, Names(frozenset({"far"})))
    assert child.private.takes(wire.notification_line("doorkeep/sign_in_needed", b'{"words":"x"}'))
    assert told == []


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","id":1,"method":"doorkeep/secret","params":{"name":"far"}}',
        b'{"jsonrpc":"2.0","id":"doorkeep-1","method":"doorkeep/secret","params":{"name":"far"}}',
        b' {"jsonrpc":"2.0","id":"doorkeep-private-1","method":"doorkeep/secret","params":{"name":"far"}}',
        b'{"id":"doorkeep-private-1","jsonrpc":"2.0","method":"doorkeep/secret","params":{"name":"far"}}',
        b'{"jsonrpc":"2.0","id":1,"result":{}}',
        b'{"jsonrpc":"2.0","id":"doorkeep-private-1","result":{}}',
        b'{"jsonrpc":"2.0","id":"doorkeep-private-1","error":{"code":1,"message":""}}',
        b"",
    ],
)
def test_what_is_not_written_as_ours_is_left_to_others(child: Asking, line: bytes) -> None:
    assert not child.private.takes(line)
    assert child.sent == []


@pytest.mark.parametrize(
    "rest",
    [b"", b"1", b'1","method":"doorkeep/secret"}', b'1"}', b'1","method":"doorkeep/secret","params":[]}'],
)
def test_what_begins_as_ours_and_is_in_no_order_goes_nowhere(child: Asking, rest: bytes) -> None:
    assert child.private.takes(b'{"jsonrpc":"2.0","id":"doorkeep-private-' + rest)
    assert child.sent == []


def test_nothing_is_said_to_one_that_is_gone(child: Asking) -> None:
    child.gone = True
    child.private.takes(wire.request_line(f"{wire.PRIVATE}1", "doorkeep/secret", b'{"name":"far"}'))
    assert child.sent == []
