"""Where clients keep their configuration: pure functions of a platform, an environment and a file tree.

Nothing here reads the machine by itself except `this_machine`, and nothing here writes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

import msgspec

from app.bridge.home import account_home
from app.clients.places import (
    AUTOSTART,
    CLIENTS,
    MOVED_CLIENTS,
    MOVED_SHELL_START,
    SHELL_START,
    Closed,
    PlatformName,
    Row,
)

Variant = Literal["macos", "windows", "msix", "linux", "3p"]
CONFIG_NAME = "claude_desktop_config.json"


class FileTree(Protocol):
    """As much of a file system as finding configurations needs; none of these raises."""

    def exists(self, path: str) -> bool:
        """Whether anything is there, a dangling link included."""
        ...

    def is_folder(self, path: str) -> bool: ...

    def names(self, folder: str) -> list[str]:
        """Names in `folder`, sorted; empty where it cannot be listed."""
        ...

    def real(self, path: str) -> str:
        """`path` with every link on the way followed, as far as it exists."""
        ...


class Disk:
    """The file tree of this computer."""

    def exists(self, path: str) -> bool:
        return os.path.lexists(path)

    def is_folder(self, path: str) -> bool:
        return os.path.isdir(path)

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(os.listdir(folder))
        except OSError:
            return []

    def real(self, path: str) -> str:
        return os.path.realpath(path)


class Machine:
    """A platform, an environment and a file tree. `home` is the account's home directory, absolute."""

    def __init__(self, platform: PlatformName, env: Mapping[str, str], home: str, tree: FileTree) -> None:
        self.platform: PlatformName = platform
        self.env = env
        self.home = home
        self.tree = tree
        if platform == "win32":
            import ntpath as path
        else:
            import posixpath as path
        self.path = path

    def join(self, base: str, *names: str) -> str:
        return self.path.normpath(self.path.join(base, *names))

    def variable(self, name: str) -> str | None:
        """The value of a variable that holds an absolute path (XDG base directory specification: others are ignored)."""
        value = self.env.get(name, "")
        return self.path.normpath(value) if value and self.path.isabs(value) else None

    def config_folders(self) -> list[str]:
        """XDG_CONFIG_HOME where it is set, then ~/.config: programs started by a client see only the second."""
        default = self.join(self.home, ".config")
        moved = self.variable("XDG_CONFIG_HOME") if self.platform != "win32" else None
        return [moved, default] if moved and moved != default else [default]

    def appdata(self) -> str:
        return self.variable("APPDATA") or self.join(self.home, "AppData", "Roaming")

    def localappdata(self) -> str:
        return self.variable("LOCALAPPDATA") or self.join(self.home, "AppData", "Local")

    def support(self) -> str:
        return self.join(self.home, "Library", "Application Support")


def this_machine() -> Machine:
    """The computer this runs on."""
    platform: PlatformName = "win32" if sys.platform == "win32" else "darwin" if sys.platform == "darwin" else "linux"
    return Machine(platform, os.environ, account_home(), Disk())


class Location(msgspec.Struct, frozen=True):
    """One file that a client may read. `folder` is the client's own data folder; `live`: that folder exists.

    `exists`: the file itself does. `note` says in words why this one was chosen or what is odd about it.
    """

    client: str
    variant: Variant
    path: str
    folder: str
    live: bool
    exists: bool
    note: str = ""


CLAUDE_DESKTOP = "claude-desktop"
CLAUDE_DESKTOP_3P = "claude-desktop-3p"


def claude_desktop(machine: Machine) -> list[Location]:
    """Every file that Claude Desktop may read on this machine, the likeliest first; at least one.

    More than one live location means that nobody can know which one the app reads: a caller must not guess.
    """
    if machine.platform == "win32":
        return _windows(machine)
    if machine.platform == "darwin":
        return [_location(machine, CLAUDE_DESKTOP, "macos", machine.join(machine.support(), "Claude"))]
    return [_linux(machine, CLAUDE_DESKTOP, "linux", "Claude")]


def claude_desktop_3p(machine: Machine) -> list[Location]:
    """The file of Claude Desktop's third-party-inference mode, which has a data folder of its own."""
    if machine.platform == "linux":
        return [_linux(machine, CLAUDE_DESKTOP_3P, "3p", "Claude-3p")]
    base = machine.localappdata() if machine.platform == "win32" else machine.support()
    return [_location(machine, CLAUDE_DESKTOP_3P, "3p", machine.join(base, "Claude-3p"))]


def _linux(machine: Machine, client: str, variant: Variant, name: str) -> Location:
    """Below XDG_CONFIG_HOME; where only ~/.config has it, the app was started without that variable."""
    found = [_location(machine, client, variant, machine.join(base, name)) for base in machine.config_folders()]
    return next((each for each in found if each.live), found[0])


def _location(machine: Machine, client: str, variant: Variant, folder: str, note: str = "") -> Location:
    path = machine.join(folder, CONFIG_NAME)
    return Location(client, variant, path, folder, machine.tree.is_folder(folder), machine.tree.exists(path), note)


def _windows(machine: Machine) -> list[Location]:
    """The packaged app sees its private store first and the real %APPDATA% below it, so an existing private file wins,
    an existing real file is read while no private one exists, and a new file belongs into the private store."""
    classic = _location(machine, CLAUDE_DESKTOP, "windows", machine.join(machine.appdata(), "Claude"))
    packages = machine.join(machine.localappdata(), "Packages")
    found: list[Location] = []
    for name in machine.tree.names(packages):
        if not name.lower().startswith("claude_"):
            continue
        package = machine.join(packages, name)
        private = _location(machine, CLAUDE_DESKTOP, "msix", machine.join(package, "LocalCache", "Roaming", "Claude"))
        if not private.exists and classic.exists:
            note = "the packaged Claude Desktop reads this file until it saves one of its own"
            found.append(msgspec.structs.replace(classic, variant="msix", note=note))
        else:
            found.append(msgspec.structs.replace(private, live=True))
    if not found:
        return [classic]
    classic_app = machine.join(machine.localappdata(), "AnthropicClaude")
    if machine.tree.is_folder(classic_app) and classic.live and classic.path not in {each.path for each in found}:
        found.append(
            msgspec.structs.replace(classic, note="the older Claude Desktop is still installed beside the packaged one")
        )
    return list({each.path: each for each in found}.values())


def protected_paths(machine: Machine | None = None) -> list[tuple[str, Closed]]:
    """Places no grant may reach: rows of (absolute path, what is left of a grant there).

    `off`: configurations of known clients, login and autostart entries; `read`: shell start files. A place need not exist yet.
    Where a link lies on the way, the place it leads to is a row too. No row is the account's home, or above it.
    """
    machine = machine or this_machine()
    rows: dict[str, Closed] = {}
    tables: tuple[tuple[tuple[Row, ...], dict[str, tuple[str, ...]], Closed], ...] = (
        (CLIENTS, MOVED_CLIENTS, "off"),
        (AUTOSTART, {}, "off"),
        (SHELL_START, MOVED_SHELL_START, "read"),
    )
    too_wide = _ancestors(machine)
    for table, moved, access in tables:
        for path in (*_filled(machine, table), *_moved(machine, moved)):
            for each in (path, machine.tree.real(path)):
                if each not in too_wide:
                    rows.setdefault(each, access)
    return sorted(rows.items())


def _ancestors(machine: Machine) -> set[str]:
    found: set[str] = set()
    for start in (machine.home, machine.tree.real(machine.home)):
        at = start
        while at not in found:
            found.add(at)
            at = machine.path.dirname(at)
    return found


def _filled(machine: Machine, table: tuple[Row, ...]) -> Iterator[str]:
    bases = {
        "home": [machine.home],
        "config": machine.config_folders(),
        "support": [machine.support()],
        "appdata": [machine.appdata()],
        "localappdata": [machine.localappdata()],
        "programdata": [machine.variable("PROGRAMDATA") or "C:\\ProgramData"],
    }
    for platforms, template in table:
        if machine.platform not in platforms:
            continue
        if not template.startswith("{"):
            yield template
            continue
        name, _, rest = template[1:].partition("}/")
        for base in bases[name]:
            path = machine.join(base, *rest.split("/"))
            if not path.endswith("*"):
                yield path
                continue
            folder, pattern = machine.path.split(path)
            start = pattern[:-1].lower()
            yield from (
                machine.join(folder, each) for each in machine.tree.names(folder) if each.lower().startswith(start)
            )


def _moved(machine: Machine, table: dict[str, tuple[str, ...]]) -> Iterator[str]:
    for name, below in table.items():
        value = machine.variable(name)
        if value:
            yield from (machine.join(value, *rest.split("/")[1:]) for rest in below)
