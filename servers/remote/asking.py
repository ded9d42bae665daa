"""The remote server's private requests to the gateway that started it: secrets, the sign-in, and whose turn it is to change that.

Answers are told by their ids and never go to the remote server. Without a gateway every secret is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Collection
from typing import Any, cast

import anyio

from servers.runtime import wire

SECONDS = 75.0
"""Longer than a keychain may take while the system asks the person for a password (60 s)."""
TURN_SECONDS = 90.0
"""Longer than one process may hold a sign-in (60 s)."""


class RefusalError(Exception):
    """The gateway gives nothing; the words are for a person."""


class Gateway:
    """`write` puts one message on stdout. Used from one event loop."""

    def __init__(self, write: Callable[[dict[str, Any]], None]) -> None:
        self._write = write
        self._waiting: dict[str, tuple[anyio.Event, list[dict[str, Any]]]] = {}
        self._count = 0

    async def secrets(self, names: Collection[str]) -> dict[str, str]:
        """Name → value of all of them. Raises RefusalError for one that is not to be had."""
        found: dict[str, str] = {}
        for name in sorted(set(names)):
            value = await self.secret(name)
            if value is None:
                raise RefusalError(
                    f"There is no secret named {name} in the keychain. Set it: doorkeep secrets set {name}"
                )
            found[name] = value
        return found

    async def secret(self, name: str) -> str | None:
        """One value, or None where there is none. Raises RefusalError."""
        value = (await self._ask("doorkeep/secret", {"name": name})).get("value")
        return value if isinstance(value, str) else None

    async def store(self, name: str, value: str) -> None:
        """Keep a value. Raises RefusalError."""
        await self._ask("doorkeep/store_secret", {"name": name, "value": value})

    async def remove(self, name: str) -> None:
        """Remove a value, if there is one. Raises RefusalError."""
        await self._ask("doorkeep/remove_secret", {"name": name})

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[None, None]:
        """While it lasts no other process changes this secret. Raises RefusalError."""
        try:
            await self._ask("doorkeep/hold_secret", {"name": name}, TURN_SECONDS)
            yield
        finally:  # nobody waits for the answer: a process that ends gets none
            self._count += 1
            self._request(f"{wire.PRIVATE}{self._count}", "doorkeep/release_secret", {"name": name})

    def needs_sign_in(self, words: str) -> None:
        """Tell that the user has to sign in."""
        self.tell("doorkeep/sign_in_needed", {"words": words})

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """Say something that needs no answer."""
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def answered(self, message: dict[str, Any]) -> bool:
        """Take an answer of the gateway's; False for what is the client's."""
        id_ = message.get("id")
        if "method" in message or not isinstance(id_, str) or not id_.startswith(wire.PRIVATE):
            return False
        waiting = self._waiting.get(id_)
        if waiting is not None:
            waiting[1].append(message)
            waiting[0].set()
        return True

    def _request(self, id_: str, method: str, params: dict[str, Any]) -> None:
        self._write({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})

    async def _ask(self, method: str, params: dict[str, Any], seconds: float = SECONDS) -> dict[str, Any]:
        self._count += 1
        id_ = f"{wire.PRIVATE}{self._count}"
        bell, answers = self._waiting[id_] = (anyio.Event(), [])
        try:
            self._request(id_, method, params)
            with anyio.move_on_after(seconds):
                await bell.wait()
        finally:
            del self._waiting[id_]
        if not answers:
            raise RefusalError("Doorkeep did not give the secret in time. Try again.")
        answer = answers[0]
        error = answer.get("error")
        if error is not None:
            words = cast("dict[str, Any]", error).get("message") if isinstance(error, dict) else None
            raise RefusalError(str(words or "Doorkeep refused the secret."))
        result = answer.get("result")
        return cast("dict[str, Any]", result) if isinstance(result, dict) else {}
