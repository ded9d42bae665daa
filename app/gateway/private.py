"""Private requests: what a server of ours may ask its gateway on its own pipe, beside the protocol: the secrets that are its own.

Only names that the settings give that server are answered. Nothing of it reaches a client or a log, and programs of others
have no such way: their children have no `Private`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

import msgspec

from app.core.errors import DoorkeepError, NoSecretError
from app.gateway.holding import Holding
from servers.runtime import wire

HEAD = b'{"jsonrpc":"2.0","id":"' + wire.PRIVATE.encode()
"""How such a line begins, exactly: nothing else that a server says is looked at here."""
NEED = b'{"jsonrpc":"2.0","method":"doorkeep/sign_in_needed"'
MOST_VALUE = 256 * 1024
MOST_WORDS = 500


class Secrets(Protocol):
    """`app.gateway.vault.Vault`."""

    def fetch(self, names: Collection[str], then: Callable[[Any], None]) -> None: ...

    def keep(self, name: str, value: str, then: Callable[[Any], None]) -> None: ...

    def remove(self, name: str, then: Callable[[Any], None]) -> None: ...


class Asker(Protocol):
    """`app.gateway.children.Child`."""

    server: str
    gone: bool
    scrubber: Any

    def send(self, line: bytes, /) -> None: ...

    def on_exit(self, callback: Callable[[str], None], /) -> None: ...


class Names(msgspec.Struct, frozen=True):
    """What one program may ask for. `own`: what it may also change and remove."""

    read: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


class _Asked(msgspec.Struct):
    name: str
    value: str = ""


class _Need(msgspec.Struct):
    words: str = ""


_read = msgspec.json.Decoder(_Asked).decode
_read_need = msgspec.json.Decoder(_Need).decode


class Desk:
    """One per gateway. `on_need(server, words)`: a server wants the user to sign in; empty words: not any more."""

    def __init__(self, secrets: Secrets, holding: Holding) -> None:
        self.secrets = secrets
        self.holding = holding
        self.on_need: Callable[[str, str], None] = _unheard

    def attend(self, child: Asker, names: Callable[[], Names]) -> Private:
        """What serves one child of ours; `names` is asked at each request, since settings change."""
        private = Private(self, child, names)
        child.on_exit(lambda _words: self.holding.gone(child))
        return private


class Private:
    """Of one child."""

    def __init__(self, desk: Desk, child: Asker, names: Callable[[], Names]) -> None:
        self._desk = desk
        self._child = child
        self._names = names

    def takes(self, line: bytes) -> bool:
        """Whether a line was for the gateway alone; then it is dealt with."""
        if line.startswith(NEED):
            self._needs(line)
            return True
        if not line.startswith(HEAD):
            return False
        try:
            message = wire.decode(line)
            if message.method is msgspec.UNSET and (message.result or message.error):
                return False  # an answer, to a client that has such ids
            asked = _read(message.params or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return True  # nobody but us begins a line so, and it is in no order: nothing of it may go further
        if not isinstance(message.id, str) or message.method is msgspec.UNSET:
            return True
        self._serve(message.id, message.method, asked)
        return True

    def _serve(self, id_: str, method: str, asked: _Asked) -> None:
        names = self._names()
        readable = {*names.read, *names.own}
        if method == "doorkeep/secret" and asked.name in readable:
            self._desk.secrets.fetch([asked.name], lambda found: self._found(id_, asked.name, found))
        elif asked.name in names.own and method == "doorkeep/store_secret" and len(asked.value) <= MOST_VALUE:
            self._learn(asked.name, asked.value)
            self._desk.secrets.keep(asked.name, asked.value, lambda found: self._kept(id_, found))
        elif asked.name in names.own and method == "doorkeep/remove_secret":
            self._desk.secrets.remove(
                asked.name, lambda found: self._answer(id_, found, lambda: {"removed": bool(found)})
            )
        elif asked.name in names.own and method == "doorkeep/hold_secret":
            self._desk.holding.hold(asked.name, self._child, lambda found: self._answer(id_, found, dict[str, Any]))
        elif asked.name in names.own and method == "doorkeep/release_secret":
            self._desk.holding.release(asked.name, self._child)
            self._answer(id_, None, dict[str, Any])
        else:
            words = "The settings give this server no such secret."
            self._send(wire.error_line(id_, wire.INVALID_PARAMS, words))

    def _found(self, id_: str, name: str, found: Any) -> None:
        if isinstance(found, NoSecretError):
            self._answer(id_, None, lambda: {"value": None})
            return
        if isinstance(found, DoorkeepError):
            self._answer(id_, found, dict[str, Any])
            return
        self._learn(name, found[name])
        self._answer(id_, None, lambda: {"value": found[name]})

    def _kept(self, id_: str, found: Any) -> None:
        if not isinstance(found, DoorkeepError):
            self._desk.on_need(self._child.server, "")
        self._answer(id_, found, dict[str, Any])

    def _needs(self, line: bytes) -> None:
        try:
            words = _read_need(wire.decode(line).params or b"{}").words
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if self._names().own:
            self._desk.on_need(self._child.server, words[:MOST_WORDS])

    def _learn(self, name: str, value: str) -> None:
        """What the child now knows is kept out of its log."""
        for text in _texts(value):
            self._child.scrubber.learn(name, text)

    def _answer(self, id_: str, found: Any, result: Callable[[], dict[str, Any]]) -> None:
        if isinstance(found, DoorkeepError):
            self._send(wire.error_line(id_, wire.INTERNAL_ERROR, str(found)))
        else:
            self._send(wire.result_line(id_, wire.encode(result())))

    def _send(self, line: bytes) -> None:
        if not self._child.gone:
            self._child.send(line)


LONG = 16
"""Characters from which on a text within a value of several parts, as a sign-in is, counts as a secret by itself."""


def _texts(value: str) -> list[str]:
    """The secret texts in a value: itself, and the tokens of a sign-in, which is JSON."""
    if not value.startswith("{"):
        return [value]
    try:
        parts = msgspec.json.decode(value, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return [value]
    return [part for part in parts.values() if isinstance(part, str) and len(part) >= LONG and "://" not in part]


def _unheard(_server: str, _words: str) -> None:
    """Nobody shows it."""
