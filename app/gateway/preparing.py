"""What a command server needs before it can start: the user's PATH, and the values of its secrets.

A value goes into the new process's environment (or, where the user wrote it there, its arguments) and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from typing import Any

import msgspec

from app.core.errors import DoorkeepError
from app.core.secret_names import PREFIX, SIGN_IN, filled, named, sign_in_name, uses_of
from app.core.settings import ServerSetting
from app.desktop import inside
from app.gateway.login_path import LoginPath
from app.gateway.private import Names
from app.gateway.programs import ROOT, Program, ServerUnavailableError

Secrets = Callable[[Collection[str], Callable[[Any], None]], None]
"""Given names, calls back with name → value of all of them, or with a DoorkeepError (`Vault.fetch`)."""

_PASSED = (
    "HOME", "LOGNAME", "USER", "SHELL", "TERM", "LANG", "LANGUAGE", "TZ", "TMPDIR",
    "APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PROGRAMDATA", "PROGRAMFILES",
    "COMSPEC", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERNAME", "USERPROFILE", "WINDIR",
)  # fmt: skip
"""What any program needs of its surroundings, as clients pass it on; all else only where the user asked for it."""

_WAY_OUT = (
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "PATH",
)  # fmt: skip
"""What decides how the network is reached, and whom to trust there."""


class Prepared(msgspec.Struct, frozen=True):
    """A program that can be started, and the secret values in it by name."""

    program: Program
    secrets: dict[str, str] = {}


class Preparing:
    """One per gateway. `secrets` is set by whoever has a vault."""

    def __init__(self, path: LoginPath) -> None:
        self.secrets: Secrets = _no_vault
        self._path = path

    def prepare(self, server: str, setting: ServerSetting, then: Callable[[Any], None]) -> None:
        """`then` gets a Prepared, or the DoorkeepError that says why there is none."""

        def with_secrets(found: Any) -> None:
            if isinstance(found, DoorkeepError):
                then(found)
                return
            if setting.url:
                then(prepared_remote(server, setting))
                return
            self._path.find(lambda path: then(prepared(server, setting, path, found)))

        names = secret_names(setting)
        kept_back = min((name for name in names if name.startswith(SIGN_IN)), default="")
        if kept_back:
            then(_is_a_sign_in(server, kept_back))
        elif names:
            self.secrets(names, with_secrets)
        else:
            with_secrets({})


def secret_names(setting: ServerSetting) -> set[str]:
    """The secrets that a command server is given when it starts. Servers of ours ask for theirs (`granted`)."""
    return {use.secret for use in uses_of("", setting)} if setting.command else set()


def granted(server: str, setting: ServerSetting) -> Names:
    """What a server of ours may ask its gateway for: a remote one the secrets of its settings, and its own sign-in."""
    if setting.command:
        return Names()
    uses = uses_of(server, setting)
    own = frozenset(use.secret for use in uses if use.place == "sign-in")
    return Names(frozenset(use.secret for use in uses if not use.secret.startswith(SIGN_IN)), own)


def prepared(
    server: str, setting: ServerSetting, path: str, secrets: dict[str, str]
) -> Prepared | ServerUnavailableError:
    """The program with everything filled in."""
    env = {name: os.environ[name] for name in _PASSED if name in os.environ}
    env.update({name: value for name, value in os.environ.items() if name.startswith("LC_")})
    env["PATH"] = path
    env.update({name: filled(value, secrets) for name, value in setting.env.items()})
    argv = [setting.command, *(filled(value, secrets) for value in setting.args)]
    folder = os.path.expanduser(setting.cwd or "~")
    if any("\0" in part for part in (*argv, *env, *env.values(), folder)):
        return ServerUnavailableError(f"The command of {server} holds a NUL character, which no program takes.")
    if setting.cwd and not os.path.isdir(folder):
        return ServerUnavailableError(
            f"The server {server} is to run in {folder}, which is no folder.",
            "It was not started.",
            "Make it, or change cwd in the settings.",
        )
    return Prepared(Program(argv, env, folder, True), secrets)


def prepared_remote(server: str, setting: ServerSetting, *deed: str) -> Prepared:
    """Our own program for a server at an address. It is told which secrets to ask for, and none of their values.

    What it is told travels in a variable, since an address or a header may hold a key all the same, and every process list
    shows arguments. `deed`: `--sign-in` or `--sign-out`, instead of serving.
    """
    env = {name: os.environ[name] for name in (*_PASSED, *_WAY_OUT) if name in os.environ}
    headers = dict(setting.headers)
    if setting.auth and setting.auth != "oauth":
        name = named(setting.auth)
        headers["Authorization"] = f"Bearer {{{PREFIX}{name}}}" if name else f"Bearer {setting.auth}"
    told = {
        "server": server,
        "url": setting.url,
        "headers": headers,
        "sign_in": sign_in_name(server) if setting.auth == "oauth" else "",
        "oauth": setting.oauth,
    }
    env.update({"PYTHONPATH": ROOT, "PYTHONNOUSERSITE": "1", "DOORKEEP_REMOTE": msgspec.json.encode(told).decode()})
    return Prepared(Program(inside.command("servers.remote", "--gateway", *deed), env, os.path.expanduser("~"), True))


def _is_a_sign_in(server: str, name: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        f"The settings of {server} name the secret {name}, which is Doorkeep's own sign-in to another server.",
        "It is handed to no program.",
        "Name another secret there.",
    )


def _no_vault(names: Collection[str], then: Callable[[Any], None]) -> None:
    then(
        ServerUnavailableError(
            f"The secret {min(names)} is needed, and there is no keychain to take it from.",
            "A secret never goes into a file.",
            "`doorkeep doctor` says what is wrong with the keychain.",
        )
    )
