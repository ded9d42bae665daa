"""The first line each side says on the local socket, version 1, which is accepted for ever.

A caller says what it is (`Hello`); the gateway answers who it is, or why it will not serve (`Welcome`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

FRAMES = 1
MAX_HELLO = 1024 * 1024
"""Bytes. A hello carries at most a client's `initialize`."""


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why not: what happened, what it means, what to do. The three parts of every error a person may meet."""

    title: str
    detail: str = ""
    fix: str = ""


class Hello(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a caller says first.

    `server` names the server that a session wants. `ppid` is the process that started the bridge (the client), for
    display only. `initialize` is the parameters of the client's own handshake when a bridge comes back after the
    gateway was away: the session goes on as if it had been made here. `version`: the bridge's own release; `words`: which words
    between bridge and gateway it knows (app.bridge.framing), none before 0.2; `kept`: what an earlier gateway gave it to keep.
    """

    doorkeep: int
    as_: Literal["session", "control"] = msgspec.field(name="as")
    server: str = ""
    ppid: int = 0
    initialize: msgspec.Raw = msgspec.Raw()
    version: str = ""
    words: int = 0
    kept: msgspec.Raw = msgspec.Raw()


class Welcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the gateway answers. With `error` it closes the connection."""

    doorkeep: int = FRAMES
    version: str = ""
    pid: int = 0
    error: Refusal | None = None


_decode_hello = msgspec.json.Decoder(Hello).decode
_decode_welcome = msgspec.json.Decoder(Welcome).decode
_encode = msgspec.json.Encoder().encode


def hello_line(hello: Hello) -> bytes:
    """One line, newline included."""
    return _encode(hello) + b"\n"


def read_hello(line: bytes) -> Hello:
    """Raises `msgspec.MsgspecError` where the line is no hello."""
    return _decode_hello(line)


def welcome_line(version: str, pid: int, hands: int = 0) -> bytes:
    """The answer that opens the door; newline included. The version field comes first, as in every frame.

    `hands`: a bridge may hand over its client's streams, with a ledger of this layout.
    """
    rest = b',"hands":%d' % hands if hands else b""
    return b'{"doorkeep":%d,"version":%b,"pid":%d%b}\n' % (FRAMES, _encode(version), pid, rest)


def refusal_line(refusal: Refusal) -> bytes:
    """The answer that keeps it shut; newline included."""
    return b'{"doorkeep":%d,"error":%b}\n' % (FRAMES, _encode(refusal))


def read_welcome(line: bytes) -> Welcome:
    """Raises `msgspec.MsgspecError` where the line is no welcome."""
    return _decode_welcome(line)
