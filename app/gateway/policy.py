"""From the settings to what one server is told, and what nobody may be granted.

A protected row is never left out: a table without them would let a model reach the door's own controls.
"""

from __future__ import annotations

import os
import sys
from operator import itemgetter

import msgspec

from app.bridge import programs
from app.clients.locations import protected_paths
from app.core.secret_names import named
from app.core.settings import Limits, Rule, ServerSetting, Settings
from servers.runtime import wire

_KNOWN_PATHS = 1024


class ServerView(msgspec.Struct):
    """What the settings in force say about one server."""

    server: str
    enabled: bool
    rules: dict[str, Rule]
    limits: Limits
    policy: wire.Policy
    grants: wire.Grants
    open_folders: tuple[wire.Folder, ...]
    """The granted folders that are not `off`, protected ones left out."""
    inner: tuple[tuple[str, wire.Folder], ...]
    """Rows that allow less than `write`, by `wire.path_key`, sorted."""
    told: bool = False
    """The supervisor has this policy."""

    @property
    def git_switches(self) -> frozenset[str]:
        """What git may do in some open folder, beyond its files."""
        return frozenset(switch for folder in self.open_folders for switch in folder.git)

    @property
    def sole_folder(self) -> str:
        """The only granted folder, to which relative paths belong; empty where there is none or more than one."""
        return self.open_folders[0].path if len(self.open_folders) == 1 else ""


class QuickGrants(wire.Grants):
    """The table with a short memory: a path is asked about several times in one call, and often in the next."""

    def __init__(self, folders: tuple[wire.Folder, ...]) -> None:
        super().__init__(folders)
        self._known: dict[str, wire.Folder | None] = {}

    def covering(self, path: str) -> wire.Folder | None:
        """As `wire.Grants.covering`; the table never changes, so an answer stays true."""
        try:
            return self._known[path]
        except KeyError:
            if len(self._known) >= _KNOWN_PATHS:
                self._known.clear()
            found = self._known[path] = super().covering(path)
            return found


def view_of(settings: Settings, server: str, generation: int, protected: tuple[wire.Folder, ...]) -> ServerView:
    """The view of one server; `protected` comes from `protected_rows`."""
    granted = tuple(
        wire.Folder(path=folder.path, access=folder.access, reveal=folder.reveal, git=folder.git)
        for folder in settings.folders
        if folder.servers is None or server in folder.servers
    )
    setting = settings.servers.get(server)
    rows = granted + protected
    return ServerView(
        server=server,
        enabled=setting.enabled if setting else True,
        rules=setting.tools if setting else {},
        limits=settings.limits,
        policy=wire.Policy(
            generation,
            rows,
            result_chars=settings.limits.result_chars,
            undo_megabytes=settings.limits.undo_megabytes,
            tokens=_tokens(setting) if server == "git" and setting else {},
        ),
        grants=QuickGrants(rows),
        open_folders=tuple(folder for folder in granted if folder.access != "off"),
        inner=tuple(
            sorted(((wire.path_key(row.path), row) for row in rows if row.access != "write"), key=itemgetter(0))
        ),
    )


def _tokens(setting: ServerSetting) -> dict[str, str]:
    """Which secret opens which host, as the git server asks for it."""
    return {host: named(text) for host, text in setting.tokens.items()}


def protected_rows(home: str) -> tuple[wire.Folder, ...]:
    """Doorkeep's home and program files, clients' configurations, login entries (all `off`), shell start files (`read`)."""
    rows: dict[str, wire.Access] = {}
    for path in (home, *program_files()):
        rows[os.path.abspath(path)] = "off"
        rows[os.path.realpath(path)] = "off"
    for path, access in protected_paths():
        rows.setdefault(path, access)
    return tuple(wire.Folder(path=path, access=access, protected=True) for path, access in rows.items())


def program_files() -> list[str]:
    """The folders whose files are Doorkeep: its packages, and its own environment or bundle where it has one."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    found = [os.path.join(root, name) for name in ("app", "servers", "resources")]
    if sys.prefix != sys.base_prefix:
        found.append(sys.prefix)
    if programs.is_frozen():
        found.append(programs.root() or programs.folder())
    return found
