"""What a server of ours may ask the gateway that started it, on its own pipe: the value of a secret that the settings give it.

Nothing here exists where no gateway started the server. A value is given to whoever asked, and neither kept nor logged.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable

import msgspec

from servers.runtime import wire

SECONDS = 75.0
"""Longer than a keychain may take while the system asks the person for a password (60 s)."""
MOST_WAITING = 64


class GatewayRefusalError(Exception):
    """The gateway does not give what was asked for; `text` is for a person."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class _Value(msgspec.Struct):
    value: str | None = None


class _Waiting:
    """One question, until its answer is there."""

    __slots__ = ("answer", "bell")

    def __init__(self) -> None:
        self.answer: wire.Message | None = None
        self.bell = _thread.allocate_lock()
        self.bell.acquire()


class Gateway:
    """`send` writes one line at once, from any thread."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send = send
        self._lock = _thread.allocate_lock()
        self._waiting: dict[str, _Waiting] = {}
        self._count = 0

    def secret(self, name: str, seconds: float = SECONDS) -> str | None:
        """The value, or None where there is none. Waits; call it from a tool's thread. Raises GatewayRefusalError."""
        message = self._ask("doorkeep/secret", wire.encode({"name": name}), seconds)
        try:
            return msgspec.json.decode(message.result, type=_Value).value
        except msgspec.DecodeError:
            raise GatewayRefusalError("The gateway's answer cannot be read.") from None

    def answered(self, message: wire.Message) -> bool:
        """Take an answer of the gateway's; False for one that nobody here waits for."""
        if not isinstance(message.id, str):
            return False
        with self._lock:
            waiting = self._waiting.pop(message.id, None)
        if waiting is None:
            return message.id.startswith(wire.PRIVATE)  # one that came too late is nobody else's either
        waiting.answer = message
        waiting.bell.release()
        return True

    def _ask(self, method: str, params: bytes, seconds: float) -> wire.Message:
        waiting = _Waiting()
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                raise GatewayRefusalError("Too many calls wait for a secret at once.")
            self._count += 1
            id_ = f"{wire.PRIVATE}{self._count}"
            self._waiting[id_] = waiting
        self._send(wire.request_line(id_, method, params))
        waiting.bell.acquire(timeout=seconds)
        with self._lock:
            self._waiting.pop(id_, None)
        answer = waiting.answer
        if answer is None:
            raise GatewayRefusalError(f"The gateway did not answer within {seconds:.0f} seconds.")
        if not answer.result:
            raise GatewayRefusalError(_words(answer))
        return answer


def _words(message: wire.Message) -> str:
    try:
        return msgspec.json.decode(message.error, type=wire.ErrorObject).message
    except msgspec.DecodeError:
        return "The gateway refused."
