"""What a bug report needs, as one zip: versions, state, findings, settings, tails of logs, the last calls. Never a secret.

Everything goes through one scrubber: values that the settings name as secrets, then the shapes of well-known tokens. Of a call
only the names of its arguments are taken, and no path.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterable
from typing import Any, cast

import msgspec

from app.bridge.home import account_home
from app.core import settings as settings_file
from app.core import setup_file
from app.core.errors import DoorkeepError
from app.core.journal.reader import Reader
from app.core.journal.record import CallRecord
from app.core.redaction import MARK, clean_head, clean_text, names_secret

LAST_CALLS = 200
TAIL_BYTES = 64 * 1024
MOST_LOGS = 40
SHORTEST = 4
"""A shorter value in `env` is no secret, and replacing it would make a text unreadable."""
PIECE = 16 * 1024
PACKAGES = ("msgspec", "tomlkit", "filelock", "platformdirs", "watchdog", "ripgrep", "PySide6-Essentials")
LONG_PIECE = 8
_SPLIT = re.compile(r"[:/@?&=#\s\\]+")
_QUOTED = re.compile(r"\"([^\"\n]{4,4096})\"|'([^'\n]{4,4096})'")


class Scrubber:
    """Takes out what must not leave this computer. `known`: texts that are secrets whatever they look like."""

    def __init__(self, known: Iterable[str]) -> None:
        forms: set[str] = set()
        for value in known:
            for part in (value, *value.splitlines()):
                if len(part) >= SHORTEST:
                    forms |= {part, msgspec.json.encode(part).decode()[1:-1], repr(part)[1:-1]}
        self._forms = sorted(forms, key=len, reverse=True)
        self._account = account_home()

    def text(self, text: str) -> str:
        """The text without them, and with the account's home as `~`."""
        for form in self._forms:
            text = text.replace(form, MARK)
        lines = (clean_text(line[:PIECE]) for line in text.split("\n"))
        return "\n".join(lines).replace(self._account, "~")

    def value(self, value: Any) -> Any:
        """A JSON value, each text in it scrubbed; members whose names say secret lose their value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value).items()
            return {self.text(k): MARK if names_secret(k) and isinstance(v, str) else self.value(v) for k, v in members}
        if isinstance(value, (list, tuple)):
            return [self.value(each) for each in cast("list[Any]", value)]
        return value


def collect(home: str, status: Any, findings: Iterable[Any]) -> dict[str, bytes]:
    """The files of the bundle by name. `status`: the gateway's own words or None; `findings`: what doctor found.

    A part that cannot be made says so in its place.
    """
    scrubber = Scrubber(known_secrets(home))
    made: dict[str, bytes] = {"about.json": _json(scrubber.value(about(home)))}
    parts = {
        "status.json": lambda: _json(scrubber.value(status)),
        "findings.json": lambda: _json([scrubber.value(each) for each in findings]),
        "settings.json": lambda: scrubber.text(setup_file.export(settings_file.load(home)).decode()).encode(),
        "calls.jsonl": lambda: _calls(home, scrubber),
    }
    for name, make in parts.items():
        try:
            made[name] = make()
        except (DoorkeepError, OSError, ValueError) as error:
            made[name] = _json({"not_made": scrubber.text(str(error))})
    made.update(_logs(home, scrubber))
    return made


def write_bundle(path: str, parts: dict[str, bytes]) -> None:
    """Write the zip for its owner's eyes only, whole or not at all. Raises OSError."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with (
            open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle,
        ):
            for name, content in parts.items():
                bundle.writestr(name, content)
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def about(home: str) -> dict[str, Any]:
    """Versions and the system."""
    import importlib.metadata
    import platform

    from app.version import VERSION

    packages: dict[str, str] = {}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            packages[name] = importlib.metadata.version(name)
    return {
        "doorkeep": VERSION,
        "python": sys.version,
        "system": platform.platform(),
        "packages": packages,
        "home": home,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def known_secrets(home: str) -> set[str]:
    """Every value that a settings file gives a server as a secret. Of a file that does not parse: every text in quotes."""
    found: set[str] = set()
    for name in ("doorkeep.toml", "doorkeep.last-good.toml"):
        try:
            with open(os.path.join(home, name), encoding="utf-8", errors="replace") as file:
                text = file.read(settings_file.MAX_BYTES)
        except OSError:
            continue
        try:
            found |= _secrets_of(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, RecursionError):
            found |= _pieces(one or other for one, other in _QUOTED.findall(text))
    return found


def _secrets_of(raw: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    servers = raw.get("servers")
    for server in cast("dict[str, Any]", servers).values() if isinstance(servers, dict) else ():
        try:
            setting = msgspec.convert(server, settings_file.ServerSetting)
        except msgspec.ValidationError:
            found |= _pieces(_texts(server))
            continue
        safe = setup_file.without_secrets(setting)
        found |= {value for name, value in setting.env.items() if safe.env[name] != value}
        found |= {value for name, value in setting.headers.items() if safe.headers[name] != value}
        for whole, kept in (
            *zip(setting.args, safe.args, strict=True),
            (setting.url, safe.url),
            (setting.auth, safe.auth),
        ):
            if whole != kept:
                found |= {whole, whole.partition("=")[2], *_SPLIT.split(whole[_alike(whole, kept) :])}
    return {value for value in found if len(value) >= SHORTEST}


def _pieces(texts: Iterable[str]) -> set[str]:
    """Of texts that may be secrets or hold some: they, and what of them is long enough to be one."""
    found: set[str] = set()
    for text in texts:
        found |= {text, *(piece for piece in _SPLIT.split(text) if len(piece) >= LONG_PIECE)}
    return found


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (mine, its) in pairs if mine != its), min(len(one), len(other)))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        parts = cast("Any", value)
        for each in parts.values() if isinstance(value, dict) else parts:
            yield from _texts(each)


def _calls(home: str, scrubber: Scrubber) -> bytes:
    with Reader(home) as reader:
        records = reader.query("", LAST_CALLS).records
    return b"".join(msgspec.json.encode(scrubber.value(_outline(record))) + b"\n" for record in reversed(records))


def _outline(record: CallRecord) -> dict[str, Any]:
    """A call without what it was about."""
    names: list[str] = []
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        arguments = msgspec.json.decode(record.arguments)
        if isinstance(arguments, dict):
            names = [clean_head(name, 60) for name in list(cast("dict[str, Any]", arguments))[:40]]
    keep = (
        "id",
        "at",
        "client",
        "session",
        "server",
        "tool",
        "decision",
        "by",
        "outcome",
        "duration_ms",
        "result_bytes",
    )
    return {**{name: getattr(record, name) for name in keep}, "argument_names": names, "paths": len(record.paths)}


def _logs(home: str, scrubber: Scrubber) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    folder = os.path.join(home, "logs")
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(folder))[:MOST_LOGS]:
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            with contextlib.suppress(OSError), open(path, "rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - TAIL_BYTES))
                tail = file.read(TAIL_BYTES)
                if size > TAIL_BYTES:  # the first line is cut, and half a secret has no shape
                    tail = tail.partition(b"\n")[2]
                made[f"logs/{name}"] = scrubber.text(tail.decode("utf-8", "replace")).encode()
    return made


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
