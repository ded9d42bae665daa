"""The policy table as a server asks it: which path an argument means, and whether the user allows what is to be done there.

Every refusal says what was refused, why, and what to ask the user. A path that passes here is only a wish: the object behind
it is judged again, by the path it really has, when it is opened (opening.py).
"""

from __future__ import annotations

import os
import sys
from typing import Literal

from servers.runtime.errors import ToolError
from servers.runtime.safe import patterns
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.words import RefusedError
from servers.runtime.wire import Folder, Grants, path_key

Need = Literal["read", "change"]

MAX_PATH = 4096
"""Bytes of a whole path that an argument may have."""
MAX_NAME = 255
"""Bytes of one part of it."""
_MAX_KNOWN = 1024
_KERNEL_TREES = ("/proc", "/sys", "/dev")


class Folders:
    """One generation of the table, never changed after it was made; a call keeps the one it began with.

    `asked`: orders come from the gateway, which has asked the user wherever a folder says `ask`. Without a gateway (False)
    nobody can be asked, so a change in such a folder is refused.
    """

    __slots__ = ("_allowed", "_granted", "_rows", "asked", "generation", "grants", "roots")

    def __init__(self, generation: int = 0, folders: tuple[Folder, ...] = (), *, asked: bool = False) -> None:
        self.generation = generation
        self.grants = Grants(folders)
        self.asked = asked
        self.roots: dict[str, object] = {}
        """Open descriptors of granted folders, kept by opening.py."""
        self._allowed: dict[tuple[str, Need], Folder] = {}
        self._granted = Grants(tuple(folder for folder in folders if not folder.protected))
        self._rows = [(path_key(folder.path), folder) for folder in folders]

    def open_folders(self) -> list[Folder]:
        """The granted rows that are not `off`, the widest of nested ones only, in the table's order."""
        rows = [folder for _, folder in self._rows if not folder.protected and folder.access != "off"]
        keys = [path_key(folder.path) for folder in rows]
        return [row for row, key in zip(rows, keys, strict=True) if not any(_below(key, other) for other in keys)]

    def closed_folders(self) -> list[Folder]:
        """The rows that the user switched off, in the table's order."""
        return [folder for _, folder in self._rows if not folder.protected and folder.access == "off"]

    def refuse_closed(self, name: str, what: str) -> None:
        """Raises RefusedError where `name` is the last part of the path of a folder that is switched off."""
        for folder in self.closed_folders():
            if path_key(os.path.basename(folder.path)) == path_key(name):
                self.require(folder.path, "read", what)

    def is_row(self, path: str) -> bool:
        """Whether a row of the table names `path` itself."""
        key = path_key(path)
        return any(key == other for other, _ in self._rows)

    def rows_below(self, path: str) -> list[Folder]:
        """Rows strictly below `path`: a rename of `path` would carry them away from the rule that names them."""
        key = path_key(path)
        return [folder for other, folder in self._rows if _below(other, key)]

    def resolve(self, argument: str) -> str:
        """The absolute, normalised path that an argument means: absolute, `~/…`, or relative to the only granted folder.

        `..` is refused: collapsed by text it may mean another place than the one that a symbolic link makes of it.
        Raises ToolError; touches no file.
        """
        if not argument:
            raise ToolError("The path is empty. Give an absolute path.")
        if "\0" in argument:
            raise ToolError("The path contains a NUL character, which no file name can have.")
        if sys.platform == "win32":
            from servers.runtime.safe import windows_paths

            return windows_paths.resolve(argument, self._only_folder, os.path.expanduser("~"))
        argument = meant(argument)
        if argument == "~" or argument.startswith("~/"):
            text = os.path.expanduser("~") + argument[1:]
        elif argument.startswith("/"):
            text = argument
        else:
            text = self._only_folder() + "/" + argument
        parts = [part for part in text.split("/") if part and part != "."]
        if ".." in parts:
            raise ToolError(
                f"The path {argument} contains '..'. Write it without: {os.path.normpath(text)} if that is what you mean."
            )
        path = "/" + "/".join(parts)
        check_length(path, parts)
        # Escaped bytes may spell a character that is plain UTF-8: one file, one path.
        return path if path.isascii() else os.fsdecode(os.fsencode(path))

    def require(self, path: str, need: Need = "read", what: str = "") -> Folder:
        """The row that allows it. `path` is absolute and normalised; `what` completes "Cannot …" in a refusal.

        Raises RefusedError: nothing granted there, `off`, read-only, protected, sensitive, or (a change) a file that other
        programs execute.
        """
        known = self._allowed.get((path, need))
        if known is not None:
            return known
        folder = self._judge(path, need, what or need)
        if len(self._allowed) >= _MAX_KNOWN:
            self._allowed.clear()
        self._allowed[path, need] = folder
        return folder

    def _judge(self, path: str, need: Need, what: str) -> Folder:
        if path.startswith(_KERNEL_TREES) and path.split("/", 2)[1] in ("proc", "sys", "dev"):
            words = "it belongs to the system's kernel and holds no files of the user's"
            raise RefusedError(f"Cannot {what} {path}: {words}.", reason=f"{shown(path)}: {words}", path=path)
        # A protected row takes away and never gives: what it leaves readable must be granted by another row.
        folder = self._granted.covering(path)
        guard = self.grants.covering(path)
        if folder is None:
            raise RefusedError(
                f"Cannot {what} {path}: it lies in no folder that the user granted. {self._offer(path)}",
                reason=f"{shown(path)} lies in no granted folder",
                path=path,
            )
        if guard is not None and guard.protected and (guard.access == "off" or need == "change"):
            raise RefusedError(
                f"Cannot {what} {path}: Doorkeep protects {guard.path}, and no grant opens it.",
                reason=f"{shown(path)} lies in {shown(guard.path)}, which Doorkeep itself protects",
                folder=guard.path,
                path=path,
            )
        if folder.access == "off":
            raise RefusedError(
                f"Cannot {what} {path}: the user switched off the folder {folder.path}. Ask the user to open it in Doorkeep.",
                reason=f"{shown(path)} lies in {shown(folder.path)}, which is switched off",
                folder=folder.path,
                path=path,
            )
        if need == "change":
            self._require_change(path, folder, what)
        rule = patterns.sensitive(folder, path)
        if rule:
            raise RefusedError(
                f"Cannot {what} {path}: such files often hold secrets ({rule}), so servers do not touch them. "
                "If it is needed, ask the user to reveal it in the folder's settings in Doorkeep.",
                reason=f"{shown(path)}: such files often hold secrets ({rule})",
                folder=folder.path,
                path=path,
            )
        return folder

    def _require_change(self, path: str, folder: Folder, what: str) -> None:
        if folder.access == "read":
            raise RefusedError(
                f"Cannot {what} {path}: the folder {folder.path} is read-only. "
                "Ask the user to allow changes there in Doorkeep if they want this.",
                reason=f"{shown(path)} lies in {shown(folder.path)}, which may be read but not changed",
                folder=folder.path,
                path=path,
            )
        if folder.access == "ask" and not self.asked:
            raise RefusedError(
                f"Cannot {what} {path}: in {folder.path} each change must be asked, and without the Doorkeep gateway nobody "
                f"can be. Ask the user to grant it as `write`.",
                folder=folder.path,
                path=path,
            )
        rule = patterns.executed(path)
        if rule:
            raise RefusedError(
                f"Cannot {what} {path}: other programs execute such files ({rule}), so servers do not write them. "
                "Tell the user what to change there, and let them do it.",
                reason=f"{shown(path)}: other programs execute such files ({rule})",
                folder=folder.path,
                path=path,
            )

    def _only_folder(self) -> str:
        rows = self.open_folders()
        if len(rows) == 1:
            return rows[0].path
        if not rows:
            raise RefusedError("No folder is granted to this server. Ask the user to add one in Doorkeep.")
        raise ToolError(
            f"The path is relative, and several folders are granted. Give an absolute path in one of: {names(rows)}."
        )

    def _offer(self, path: str) -> str:
        rows = self.open_folders()
        if not rows:
            return "No folder is granted to this server yet: ask the user to add one in Doorkeep."
        return f"Granted: {names(rows)}. To reach this path, ask the user to add {os.path.dirname(path)} in Doorkeep."


def check_length(path: str, parts: list[str]) -> None:
    """Raises ToolError where the system could not have such a path, or it holds halves of characters (lone surrogates)."""
    try:
        raw = os.fsencode(path)
    except UnicodeEncodeError:
        raise ToolError(
            "The path contains half of a character (a lone surrogate). Give it as the listing printed it."
        ) from None
    if len(raw) >= MAX_PATH:
        raise ToolError(f"The path is too long: {len(raw)} bytes, at most {MAX_PATH - 1} are possible.")
    for part in parts:
        if len(part) > MAX_NAME // 4 and len(os.fsencode(part)) > MAX_NAME:
            raise ToolError(
                f"A name in the path is too long: {len(os.fsencode(part))} bytes, at most {MAX_NAME} are possible."
            )


def names(rows: list[Folder]) -> str:
    """At most ten folders, for a sentence."""
    listed = ", ".join(row.path for row in rows[:10])
    return listed if len(rows) <= 10 else f"{listed} and {len(rows) - 10} more"


def _below(key: str, other: str) -> bool:
    return len(key) > len(other) and key.startswith(other if other.endswith(os.sep) else other + os.sep)
