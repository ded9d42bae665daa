"""Vaults: the granted folders that hold notes, and the way from what a model calls a note to the file it means.

A granted folder is a vault if it has `.obsidian` in it or no folder near its top has; otherwise those that have are. Nothing in
here opens a note: whoever reads one opens it through servers.runtime.safe, which judges the file again.
"""

from __future__ import annotations

import os
import stat as kinds
import time
import urllib.parse
from typing import TYPE_CHECKING

import msgspec

from servers.notes import catalog, links
from servers.notes.moving import recovering
from servers.notes.names import NOTE, is_note, key, title
from servers.runtime.errors import ToolError
from servers.runtime.safe import at
from servers.runtime.safe.access import names as folder_names
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import Opened, open_folder, open_subfolder, scan
from servers.runtime.safe.words import NotFoundError, RefusedError
from servers.runtime.wire import Folder

if TYPE_CHECKING:
    from servers.runtime.call import Call

SETTINGS = ".obsidian"
"""The folder by which Obsidian marks a vault. It is never read beyond what a tool says, and never changed."""
SCHEME = "note://"
_LEVELS = 2
"""How deep below a granted folder vaults are looked for."""
_MAX_LOOKED_AT = 2000
_MAX_NAMED = 10
_KNOWN_SECONDS = 2.0
"""What was found near a granted folder's top is believed for so long, unless the folder itself changes."""
_known: dict[str, tuple[tuple[tuple[Folder, ...], int, int], float, list[str]]] = {}


class Vault(msgspec.Struct, frozen=True):
    """A folder of notes: its name, unique among the vaults of a call, and its absolute, real path."""

    name: str
    path: str

    def absolute(self, path: str) -> str:
        """The absolute path of a path in the vault."""
        return os.path.join(self.path, *path.split("/")) if path else self.path

    def inside(self, absolute: str) -> str | None:
        """The path in the vault of an absolute path, or None where it lies elsewhere; empty for the vault itself."""
        if absolute == self.path:
            return ""
        top = self.path if self.path.endswith(os.sep) else self.path + os.sep
        return absolute[len(top) :].replace(os.sep, "/") if absolute.startswith(top) else None


class NotePath(msgspec.Struct, frozen=True):
    """A file of a vault. `path` is relative to it, parts joined by `/`; `part` is what followed: `#Heading#Sub`, `#^block` or empty."""

    vault: Vault
    path: str
    part: str = ""

    @property
    def absolute(self) -> str:
        """The absolute path, for servers.runtime.safe."""
        return self.vault.absolute(self.path)

    @property
    def title(self) -> str:
        """The file's name without `.md`."""
        return title(self.path)

    @property
    def uri(self) -> str:
        """The note as a resource."""
        return f"{SCHEME}{urllib.parse.quote(self.vault.name, safe='')}/{urllib.parse.quote(self.path)}"


# -- which vaults there are


def vaults(call: Call) -> list[Vault]:
    """The vaults that this call may look into, in the order of the granted folders. Empty where nothing is granted."""
    recovering.look_once(call)
    found: list[str] = []
    for row in call.folders.open_folders():
        found += [path for path in _in_grant(call, row) if path not in found]
    return [Vault(name, path) for name, path in zip(_names(found), found, strict=True)]


def choose(call: Call, vault: str = "") -> list[Vault]:
    """The vault of that name or path, or all of them for an empty one. Raises ToolError that names the vaults there are."""
    there = vaults(call)
    if not there:
        raise RefusedError("No folder with notes is granted to this server. Ask the user to add one in Doorkeep.")
    if not vault:
        return there
    wanted = meant(vault)
    for one in there:
        if wanted in (one.name, one.path):
            return [one]
    alike = [one for one in there if key(one.name) == key(wanted)]
    if len(alike) == 1:
        return alike
    if os.path.isabs(wanted) or wanted.startswith("~"):
        _refuse_closed(call, call.folders.resolve(vault))
    call.folders.refuse_closed(wanted, "read notes in")
    raise ToolError(f"There is no vault {vault}. There are: {', '.join(shown(one.name) for one in there)}.")


def _in_grant(call: Call, row: Folder) -> list[str]:
    try:
        with open_folder(call.folders, row.path) as top:
            state = (call.folders.grants.folders, top.stat.st_ino, top.stat.st_mtime_ns)
            known = _known.get(row.path)
            if known is not None and known[0] == state and known[1] > time.monotonic():
                return known[2]
            found = _marked(call, top, _LEVELS, [_MAX_LOOKED_AT]) or [row.path]
    except ToolError:
        return []  # not there at the moment: no vault
    _known[row.path] = (state, time.monotonic() + _KNOWN_SECONDS, found)
    return found


def _marked(call: Call, folder: Opened, levels: int, left: list[int]) -> list[str]:
    """Folders with SETTINGS at or below `folder`; nothing is looked for within one that has it."""
    names: list[str] = []
    try:
        if kinds.S_ISDIR(at.stat(folder.fd, SETTINGS).st_mode):
            return [folder.path]
    except OSError:
        pass
    try:
        for entry in scan(folder) if levels else ():
            left[0] -= 1
            if left[0] < 0:
                break
            if entry.name[0] != "." and entry.is_dir(follow_symlinks=False):
                names.append(entry.name)
    except OSError:
        return []
    found: list[str] = []
    for name in sorted(names):
        try:
            with open_subfolder(call.folders, folder, name) as inner:
                found += _marked(call, inner, levels - 1, left)
        except ToolError:
            continue
    return found


def _names(paths: list[str]) -> list[str]:
    """A name for each vault: its folder's, with folders above it where two are called the same."""
    parts = [[part for part in path.split(os.sep) if part] or [path] for path in paths]
    names = [part[-1] for part in parts]
    depth = 2
    while len({key(name) for name in names}) < len(names) and depth <= max(map(len, parts)):
        twice = {key(name) for name in names if sum(key(name) == key(other) for other in names) > 1}
        names = [
            "/".join(part[-depth:]) if key(name) in twice else name for name, part in zip(names, parts, strict=True)
        ]
        depth += 1
    return names


# -- which note is meant


def find_note(call: Call, text: str, vault: str = "") -> NotePath:
    """The existing file that `text` means: a path (absolute, or in a vault, `.md` or not), a title, an alias, a `[[wikilink]]`,
    or a `note://` address, each perhaps with `#Heading` or `#^block` behind it.

    Raises NotFoundError where there is none, and ToolError that names the candidates where several fit equally.
    """
    wanted = meant(text.strip())
    if wanted.startswith(SCHEME):
        wanted, vault = _of_address(wanted)
    if wanted.startswith(("[[", "![[")) and wanted.endswith("]]"):
        wanted = wanted.removeprefix("!")[2:-2].partition("|")[0]
    if not wanted.strip():
        raise ToolError("Say which note: its path, its title, an alias, or a [[wikilink]].")
    among = choose(call, vault)
    if os.path.isabs(wanted) or wanted.startswith("~"):
        return _at_absolute(call, among, wanted)
    for spelled, part in _spellings(wanted):
        found = [one for one in (_in_vault(call, each, spelled, part) for each in among) if one]
        if found:
            return _only(text, found)
    parts = [part for part in wanted.split("/") if part not in ("", ".")]
    for each in among if ".." not in parts else ():
        _refuse_closed(call, each.absolute("/".join(parts)))
    raise NotFoundError(_nothing(call, text, among))


def place_for(call: Call, path: str, vault: str = "") -> NotePath:
    """Where a new file at `path` (absolute, or in a vault) would lie; nothing need be there. Raises ToolError.

    A path without a vault goes into the only one there is.
    """
    wanted = meant(path.strip())
    if wanted.startswith(SCHEME):
        wanted, vault = _of_address(wanted)
    among = choose(call, vault)
    if os.path.isabs(wanted) or wanted.startswith("~"):
        return _outside_or_in(call, among, wanted)
    parts = [part for part in wanted.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ToolError(f"The path {path} contains '..'. Write it without.")
    if not parts:
        raise ToolError("The path is empty. Give the new note's path in the vault.")
    if len(among) > 1:
        names = ", ".join(shown(one.name) for one in among)
        raise ToolError(f"There are several vaults: {names}. Say which with `vault`.")
    return NotePath(among[0], "/".join(parts))


def _spellings(wanted: str) -> list[tuple[str, str]]:
    """A file's name and a part of it, in every way that `wanted` can be read: a `#` may belong to the name."""
    found = [(wanted, "")]
    at = wanted.rfind("#")
    while at >= 0 and len(found) <= _MAX_NAMED:
        found.append((wanted[:at], wanted[at:].strip()))
        at = wanted.rfind("#", 0, at)
    return found


def _of_address(address: str) -> tuple[str, str]:
    """The path in the vault and the vault's name that a `note://` address stands for."""
    name, _, path = address.removeprefix(SCHEME).partition("/")
    try:
        return urllib.parse.unquote(path, errors="strict"), urllib.parse.unquote(name, errors="strict")
    except UnicodeDecodeError:
        raise NotFoundError(f"There is no note {address[:200]}.") from None


def _at_absolute(call: Call, among: list[Vault], wanted: str) -> NotePath:
    for spelled, part in _spellings(wanted):
        place = _outside_or_in(call, among, spelled)
        found = _in_vault(call, place.vault, "/" + place.path, part)
        if found:
            return found[0]
        _refuse_closed(call, place.absolute)
    raise NotFoundError(f"Cannot read {wanted}: there is no such note.")


def _outside_or_in(call: Call, among: list[Vault], wanted: str) -> NotePath:
    absolute = call.folders.resolve(wanted)
    for one in sorted(among, key=lambda each: -len(each.path)):
        inside = one.inside(absolute)
        if inside:
            return NotePath(one, inside)
    _refuse_closed(call, absolute)
    there = ", ".join(shown(one.path) for one in among)
    raise RefusedError(f"{shown(absolute)} lies in no vault that the user granted. Vaults: {there}.")


def _refuse_closed(call: Call, absolute: str) -> None:
    """Raises RefusedError that names the folder, where the user switched off the one that the path lies in."""
    row = call.folders.grants.covering(absolute)
    if row is not None and row.access == "off":
        call.folders.require(absolute, "read", "read notes in")


def _in_vault(call: Call, vault: Vault, wanted: str, part: str) -> list[NotePath]:
    """What fits in one vault, all equally well; empty where nothing does."""
    names = catalog.names(call, vault.path)
    found = links.find(names, "", wanted)
    if found.missing:
        return []
    spelled = wanted.strip("/")
    whole = {spelled, spelled + NOTE}
    folded = {key(one) for one in whole}
    for exact in (
        [path for path in found.candidates if path in whole],
        [path for path in found.candidates if key(path) in folded],
    ):
        if exact:
            return [NotePath(vault, path, part) for path in exact]
    return [NotePath(vault, path, part) for path in found.candidates]


def _only(text: str, found: list[list[NotePath]]) -> NotePath:
    fitting = [one for each in found for one in each]
    notes = [one for one in fitting if is_note(one.path)]
    if len(fitting) == 1 or len(notes) == 1:
        return (notes or fitting)[0]
    several = len({one.vault.path for one in fitting}) > 1
    listed = [shown(f"{one.vault.name}: {one.path}" if several else one.path) for one in fitting[:_MAX_NAMED]]
    more = f" and {len(fitting) - _MAX_NAMED} more" if len(fitting) > _MAX_NAMED else ""
    how = "Say which by `vault` and the path." if several else "Say which by its path."
    raise ToolError(f"{text} may mean {len(fitting)} notes: {'; '.join(listed)}{more}. {how}")


def _nothing(call: Call, text: str, among: list[Vault]) -> str:
    near = [shown(path) for one in among for path in catalog.alike(call, one.path, text)][:5]
    offer = f" Names like it: {'; '.join(near)}." if near else ""
    where = shown(among[0].name) if len(among) == 1 else f"{len(among)} vaults"
    closed = call.folders.closed_folders()
    if closed:
        offer += f" The user switched off {folder_names(closed)}, which was not looked into."
    return f"There is no note {text} in {where}.{offer} search_notes finds notes by what they say."
