"""How an unpacked bundle is started: its manifest's words with this computer's places and the user's answers filled in.

A secret stands in the outcome by its name alone, and only where the manifest itself put a sensitive value of its own.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

import msgspec

from app.bridge.home import account_home
from app.core.bundles.manifest import Manifest, Running
from app.core.errors import DoorkeepError
from app.core.secret_names import PREFIX
from app.core.settings import ServerSetting
from app.core.wanted import Answer, Wanted, complete, text_of

_VARIABLE = re.compile(r"\$\{([^{}]{1,100})\}")
EMBEDDED = "{secret:"


def wanted_of(manifest: Manifest, server: str) -> tuple[Wanted, ...]:
    """What it asks the user, with the places of this computer in the defaults."""
    return tuple(msgspec.structs.replace(one, default=_opened_default(one.default)) for one in manifest.wanted(server))


def setting_of(manifest: Manifest, server: str, folder: str, answers: Mapping[str, Answer]) -> ServerSetting:
    """What is written into the settings. Raises DoorkeepError for an answer that is missing or wrong.

    `folder` holds the unpacked bundle; `answers` has true for each secret that the keychain has.
    """
    wanted = wanted_of(manifest, server)
    given = complete(manifest.title, wanted, answers)
    running = _running(manifest)
    values: dict[str, str | list[str]] = {"__dirname": folder, "pathSeparator": os.sep, "/": os.sep, **_places()}
    for one in wanted:
        values[f"user_config.{one.name}"] = _value(one, given.get(one.name))
    fill = _Filling(values, folder, {f"user_config.{one.name}": one.secret for one in wanted if one.secret})
    env = {name: fill.literal(value) for name, value in running.env.items()}
    return ServerSetting(
        command=_command(fill.text(running.command), folder),
        args=tuple(part for arg in running.args for part in fill.argument(arg)),
        env={name: value for name, value in env.items() if value or not running.env[name]},
    )


def _running(manifest: Manifest) -> Running:
    """Base and override of this system; a `uv` bundle without any is run as its kind is run."""
    config = manifest.server.mcp_config
    if config is None:
        config = Running("uv", ["run", "--directory", "${__dirname}", manifest.server.entry_point])
    other = config.platform_overrides.get(sys.platform)
    if other is None:
        return config
    return Running(
        config.command if other.command is None else other.command,
        config.args if other.args is None else other.args,
        {**config.env, **other.env},
    )


class _Filling:
    """Puts values where a manifest names them."""

    def __init__(self, values: dict[str, str | list[str]], folder: str, secrets: dict[str, str]) -> None:
        self._values = values
        self._folder = folder
        self._secrets = secrets

    def text(self, text: str) -> str:
        """One text. A sensitive value alone becomes `secret:NAME`, within other text `{secret:NAME}`."""
        whole = _VARIABLE.fullmatch(text)
        if whole is not None and self._has_secret(whole[1]):
            return PREFIX + self._secrets[whole[1]]
        _no_secret_of_others(self._filled(text, secrets=False))
        return self._filled(text, secrets=True)

    def argument(self, text: str) -> list[str]:
        """One argument of a manifest: one that names several values becomes several, each a whole argument."""
        whole = _VARIABLE.fullmatch(text)
        value = self._values.get(whole[1]) if whole is not None else None
        if isinstance(value, list):
            for part in value:
                _no_secret_of_others(part)
            return value
        return [self.literal(text)]

    def literal(self, text: str) -> str:
        """One argument or variable that is a single text; a path that the manifest itself writes is made a full one."""
        filled = self.text(text)
        return filled if _VARIABLE.search(text) else self._inside(filled)

    def _inside(self, text: str) -> str:
        """A path below the bundle's folder in full: the specification's own examples leave the folder out."""
        if text and not text.startswith("-") and not os.path.isabs(text) and ("/" in text or "." in text):
            path = os.path.normpath(os.path.join(self._folder, text))
            if path.startswith(self._folder + os.sep) and os.path.exists(path):
                return path
        return text

    def _has_secret(self, name: str) -> bool:
        return name in self._secrets and bool(self._values.get(name))

    def _filled(self, text: str, *, secrets: bool) -> str:
        def piece(found: re.Match[str]) -> str:
            if self._has_secret(found[1]):
                return f"{EMBEDDED}{self._secrets[found[1]]}}}" if secrets else "\0"
            value = self._values.get(found[1], found[0])
            return os.pathsep.join(value) if isinstance(value, list) else value

        return _VARIABLE.sub(piece, text)


def _value(one: Wanted, answer: Answer | None) -> str | list[str]:
    if answer is None:
        return [] if one.many else ""
    if isinstance(answer, list):
        return answer
    return text_of(answer)


def _command(command: str, folder: str) -> str:
    """A program of the bundle's own in full; any other is found where the user's shell finds it."""
    if "/" in command or "\\" in command:
        path = os.path.normpath(os.path.join(folder, command))
        if sys.platform == "win32" and not os.path.exists(path) and os.path.exists(f"{path}.exe"):
            path += ".exe"
        if os.path.isfile(path) and path.startswith(folder + os.sep):
            os.chmod(path, 0o700)  # archives made on Windows do not say what is a program
        return path
    if command == "python" and sys.platform != "win32":
        return "python3"  # PEP 394: the name that is there
    return command


def _opened_default(default: Answer | None) -> Answer | None:
    places = _places()

    def opened(text: str) -> str:
        return _VARIABLE.sub(lambda found: places.get(found[1], found[0]), text)

    if isinstance(default, list):
        return [opened(text) for text in default]
    return opened(default) if isinstance(default, str) else default


def _places() -> dict[str, str]:
    import platformdirs

    return {
        "HOME": account_home(),
        "DESKTOP": platformdirs.user_desktop_dir(),
        "DOCUMENTS": platformdirs.user_documents_dir(),
        "DOWNLOADS": platformdirs.user_downloads_dir(),
    }


def _no_secret_of_others(text: str) -> None:
    """What a bundle or an answer says must never be taken for the name of one of the user's secrets."""
    if text.startswith(PREFIX) or EMBEDDED in text:
        raise DoorkeepError(
            "This bundle, or an answer to it, names a secret of the keychain in plain text.",
            "It would be handed a secret that was not asked for. Nothing was added.",
            "Leave `secret:` out of the answers; if the bundle itself says it, do not use it.",
        )
