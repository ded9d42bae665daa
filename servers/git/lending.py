"""Lending git a token of the vault for one host, for the length of one run: what `askpass` asks is answered here.

Only for https, only for the host that the remote names, and at most MOST_TIMES; the user's own credential helpers see nothing
of it, since git would tell them to keep what worked. The token goes from the gateway's answer into a pipe and is not kept.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import sys
import threading
from collections.abc import Generator, Mapping

import msgspec

from servers.git import askpass
from servers.runtime.call import Call
from servers.runtime.gateway import Gateway, GatewayRefusalError

MOST_TIMES = 3
"""Answers in one run: git asks again where it was sent on to another path of the same host."""
USER = "x-access-token"
"""The name that goes with a token where neither the address nor the secret has one; those who give out tokens ignore it."""


class Token(msgspec.Struct, frozen=True):
    """Which secret opens which host (`github.com`, `git.example:8443`)."""

    host: str
    secret: str


class Lent(msgspec.Struct):
    """What a run is given: settings for git, and the descriptor that they name. `problem` says afterwards why there was no token;
    `times` how often it was given."""

    settings: tuple[tuple[str, str], ...] = ()
    descriptors: tuple[int, ...] = ()
    problem: str = ""
    times: int = 0


def token_for(call: Call, host: str) -> Token | None:
    """The token that the user's settings name for a host, where a gateway is there to ask for it."""
    name = call.tokens.get(host, "") if host else ""
    if not name or _gateway() is None or sys.platform == "win32":  # no descriptor goes through git's shell there
        return None
    return Token(host, name)


def _gateway() -> Gateway | None:
    from servers.git.server import server  # imported here: the server is made of what imports this

    return server.gateway


@contextlib.contextmanager
def lent(token: Token | None, *, hooks: bool) -> Generator[Lent, None, None]:
    """For one run. `hooks`: programs of the repository run in it, after git has asked: then there is one answer alone."""
    gateway = _gateway()
    if token is None or gateway is None:
        yield Lent()
        return
    ours, gits = socket.socketpair()
    with ours, gits:
        found = Lent(_settings(token.host, gits.fileno()), (gits.fileno(),))
        desk = threading.Thread(
            target=_serve, args=(ours, gateway, token, found, 1 if hooks else MOST_TIMES), daemon=True
        )
        desk.start()
        try:
            yield found
        finally:
            gits.close()
            with contextlib.suppress(OSError):
                ours.shutdown(socket.SHUT_RDWR)  # closing alone would not wake whoever reads it
            desk.join(1.0)


def environment(found: Lent, env: Mapping[str, str], others: int) -> dict[str, str]:
    """The environment of a run, `env`, with what was lent; its settings win over all `others`, so many as there are."""
    count = int(env.get("GIT_CONFIG_COUNT", "") or others)
    env = dict(env)
    for key, value in found.settings:
        env[f"GIT_CONFIG_KEY_{count}"] = key
        env[f"GIT_CONFIG_VALUE_{count}"] = value
        count += 1
    if found.settings:
        env["GIT_CONFIG_COUNT"] = str(count)
    return env


def _settings(host: str, descriptor: int) -> tuple[tuple[str, str], ...]:
    inside = ["--inside"] if getattr(sys, "frozen", False) else ["-P", "-m"]
    command = shlex.join([sys.executable, *inside, "servers.git.askpass", str(descriptor)])
    place = f"https://{host}"
    return (
        (f"credential.{place}.helper", ""),  # an empty one forgets those before it: git would have them keep the token
        (f"credential.{place}.helper", f"!{command}"),
        (f"http.{place}.sslverify", "true"),
    )


def _serve(door: socket.socket, gateway: Gateway, token: Token, found: Lent, most: int) -> None:
    """Answer what comes, until the run is over. A question for any other host gets an empty answer."""
    asked = b""
    piece: bytes
    while True:
        try:
            piece = door.recv(askpass.MOST)
        except OSError:
            return
        asked = asked + piece
        if not piece or len(asked) > askpass.MOST:
            return
        while askpass.END in asked:
            question, _, asked = asked.partition(askpass.END)
            answer = _answer(_read(question), gateway, token, found, most)
            with contextlib.suppress(OSError):
                door.sendall(answer + askpass.END)


def _read(question: bytes) -> dict[str, str]:
    """git-credential(1), "Input/Output Format"."""
    lines = (os.fsdecode(line).partition("=") for line in question.split(b"\n"))
    return {key: value for key, equals, value in lines if equals}


def _answer(question: dict[str, str], gateway: Gateway, token: Token, found: Lent, most: int) -> bytes:
    if question.get("protocol") != "https" or host_key(question.get("host", "")) != token.host or found.times >= most:
        return b""
    try:
        value = gateway.secret(token.secret)
    except GatewayRefusalError as error:
        found.problem = error.text
        return b""
    if not value or any(char in value for char in "\n\r\0"):
        found.problem = (
            f"There is no secret {token.secret} in the keychain" if not value else "The secret has a line end"
        )
        found.problem += f". Ask the user to set it: doorkeep secrets set {token.secret}"
        return b""
    found.times += 1
    user, colon, password = value.partition(":")
    if not colon:
        user, password = question.get("username", "") or USER, value
    return f"username={user}\npassword={password}".encode("utf-8", "surrogateescape")


def password_in(address: str) -> bool:
    """Whether an address carries a password, which would stand in arguments and in the clone's settings."""
    before, at_sign, _ = address.partition("://")[2].partition("/")[0].rpartition("@")
    return bool(at_sign) and ":" in before


def host_key(host: str) -> str:
    """A host as the settings name it: lower case, without the port of https."""
    return host.lower().removesuffix(":443")
