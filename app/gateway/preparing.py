"""What a command server needs before it can start: the user's PATH, and the values of its secrets.

A value goes into the new process's environment (or, where the user wrote it there, its arguments) and nowhere else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from typing import Any

import msgspec

from app.core.errors import DoorkeepError
from app.core.secret_names import named, uses_of
from app.core.settings import ServerSetting
from app.gateway.login_path import LoginPath
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
_BEARER = "DOORKEEP_BEARER"


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
                then(prepared_remote(server, setting, found))
                return
            self._path.find(lambda path: then(prepared(server, setting, path, found)))

        names = secret_names(setting)
        if names:
            self.secrets(names, with_secrets)
        else:
            with_secrets({})


def secret_names(setting: ServerSetting) -> set[str]:
    """The secrets that a server of others is given."""
    return {use.secret for use in uses_of("", setting)}


def prepared(
    server: str, setting: ServerSetting, path: str, secrets: dict[str, str]
) -> Prepared | ServerUnavailableError:
    """The program with everything filled in."""
    env = {name: os.environ[name] for name in _PASSED if name in os.environ}
    env.update({name: value for name, value in os.environ.items() if name.startswith("LC_")})
    env["PATH"] = path
    env.update({name: _filled(value, secrets) for name, value in setting.env.items()})
    argv = [setting.command, *(_filled(value, secrets) for value in setting.args)]
    if any("\0" in part for part in (*argv, *env, *env.values())):
        return ServerUnavailableError(f"The command of {server} holds a NUL character, which no program takes.")
    return Prepared(Program(argv, env, os.path.expanduser("~"), True), secrets)


def prepared_remote(server: str, setting: ServerSetting, secrets: dict[str, str]) -> Prepared | ServerUnavailableError:
    """Our own program for a server at an address; its token travels in a variable that the program takes away at once."""
    if setting.auth == "oauth":
        return ServerUnavailableError(
            f"The server {server} wants a login in the browser.",
            "This release logs in by a token only.",
            'Where its maker gives tokens: auth = "secret:NAME" in the settings, and doorkeep secrets set NAME.',
        )
    env = {name: os.environ[name] for name in (*_PASSED, *_WAY_OUT) if name in os.environ}
    argv = [sys.executable, "-P", "-m", "servers.remote", setting.url]
    if setting.auth:
        argv += ["--bearer", _BEARER]
        env[_BEARER] = _filled(setting.auth, secrets)
    env.update({"PYTHONPATH": ROOT, "PYTHONNOUSERSITE": "1"})
    return Prepared(Program(argv, env, os.path.expanduser("~"), True), secrets)


def _filled(value: str, secrets: dict[str, str]) -> str:
    return secrets[named(value)] if named(value) else value


def _no_vault(names: Collection[str], then: Callable[[Any], None]) -> None:
    then(
        ServerUnavailableError(
            f"The secret {min(names)} is needed, and there is no keychain to take it from.",
            "A secret never goes into a file.",
            "`doorkeep doctor` says what is wrong with the keychain.",
        )
    )
