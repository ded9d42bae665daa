"""One list of a build's files, from which both halves of the installer are written: what is put there is what is taken away."""

from __future__ import annotations

import os
from dataclasses import dataclass

from building import BuildError

MOST_PATH = 180
"""Characters below the version's folder. Windows takes 260 for all of a path where nobody raised that."""
_NOT_IN_NAMES = frozenset('<>:"|?*\\$`')
"""What Windows takes in no name, and what the installer's script would read as something else."""


@dataclass(frozen=True)
class Listing:
    """`files` and `folders` below the build, with `/` between folders, sorted; every folder comes before what is in it."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


def read(folder: str) -> Listing:
    """What lies below a build. Raises BuildError for what an installer could not put on another computer."""
    files: list[str] = []
    folders: list[str] = []
    for where, names, leaves in os.walk(folder):
        for name in (*names, *leaves):
            path = os.path.join(where, name)
            inside = os.path.relpath(path, folder).replace(os.sep, "/")
            if os.path.islink(path):
                raise BuildError(f"{inside} is a link, which an installer for Windows cannot carry.")
            if _NOT_IN_NAMES & set(name) or name != name.rstrip(". ") or len(inside) > MOST_PATH:
                raise BuildError(f"{inside} is no name that Windows takes.")
            (folders if name in names else files).append(inside)
    folded = [path.casefold() for path in files]
    if len(set(folded)) != len(folded):
        raise BuildError("Two files differ by capitals alone, which is one file on Windows.")
    return Listing(tuple(sorted(files)), tuple(sorted(folders)))


def installing(listing: Listing, folder: str, place: str) -> str:
    """Lines that put every file there. `place`: the folder on the other computer, as the script writes it."""
    lines: list[str] = []
    for within in ("", *listing.folders):
        lines.append(f'SetOutPath "{_there(place, within)}"')
        for path in listing.files:
            if os.path.dirname(path) == within:
                lines.append(f'File "{os.path.join(folder, *path.split("/"))}"')
    return "\n".join(lines) + "\n"


def uninstalling(listing: Listing, place: str) -> str:
    """Lines that take away every file and then every folder, the innermost first. Nothing is taken that was not put there."""
    lines = [f'Delete "{_there(place, path)}"' for path in listing.files]
    lines += [f'RMDir "{_there(place, path)}"' for path in reversed(listing.folders)]
    return "\n".join([*lines, f'RMDir "{place}"']) + "\n"


def _there(place: str, path: str) -> str:
    inside = path.replace("/", "\\")
    return f"{place}\\{inside}" if inside else place
