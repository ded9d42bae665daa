"""What the settings say: do they parse, are the granted folders there, which limits are in force."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator

import msgspec

from app.commands.checks.finding import Finding
from app.core.errors import SettingsError
from app.core.folders import explained, shown
from app.core.settings import FolderSetting, Limits, Settings, load, settings_path


def check_settings(home: str) -> Iterator[Finding]:
    """Every finding about `doorkeep.toml`."""
    path = settings_path(home)
    try:
        settings = load(home)
    except SettingsError as error:
        yield Finding("settings", "problem", f"{error.title} {error.detail}".strip(), error.fix or f"Mend {path}.")
        return
    yield from _file(path)
    if not any(folder.access != "off" for folder in settings.folders):
        yield Finding(
            "folders",
            "note",
            "No folder is granted, so every file call is refused.",
            "Grant one: doorkeep folders add PATH --access ask",
        )
    for folder in settings.folders:
        yield _folder(folder)
    yield from _commands(settings)
    yield Finding("limits", "ok", limits_in_words(settings.limits))


def _file(path: str) -> Iterator[Finding]:
    if not os.path.exists(path):
        yield Finding("settings", "ok", f"{path} is not there yet: nothing is allowed.")
    elif sys.platform != "win32" and os.stat(path).st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Finding(
            "settings",
            "problem",
            f"Other users can change {path}, which decides what is allowed.",
            f"Run: chmod 600 '{path}'",
        )
    else:
        yield Finding("settings", "ok", f"{path} is valid.")


def _folder(folder: FolderSetting) -> Finding:
    name = shown(folder.path)
    if not os.path.isdir(folder.path):
        words = f"{name} was granted ({folder.access}) and is not there."
        return Finding("folders", "warning", words, f"Bring it back, or: doorkeep folders remove '{folder.path}'")
    wanted = os.R_OK | os.X_OK | (os.W_OK if folder.access in ("ask", "write") else 0)
    if folder.access != "off" and not os.access(folder.path, wanted):
        words = f"{name} is granted ({folder.access}), but you yourself may not do that there."
        return Finding("folders", "warning", words, f"Look at its permissions: ls -ld '{folder.path}'")
    return Finding("folders", "ok", f"{name}: {folder.access}, {explained(folder)}.")


def _commands(settings: Settings) -> Iterator[Finding]:
    for name, server in settings.servers.items():
        if server.command and shutil.which(server.command) is None:
            words = f"Server {name} runs {server.command}, which is not found."
            yield Finding("servers", "warning", words, "Install it, or give its full path in doorkeep.toml.")


def limits_in_words(limits: Limits) -> str:
    """Every limit in force, named as in doorkeep.toml."""
    return ", ".join(f"{name} {value}" for name, value in msgspec.to_builtins(limits).items())
