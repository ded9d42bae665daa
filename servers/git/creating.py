"""Where a new repository may be made, and the runs of git that make one: in folders where the user turned that on, with no
template, no hooks and nothing of a repository around it.

What lies there is never written over, and a repository's parts never come to lie under a rule of their own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from servers.git.errors import refused
from servers.git.runner import Finished, run_outside
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned
from servers.runtime.safe import at
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_folder, open_parent
from servers.runtime.safe.words import ConflictError, NotFoundError, RefusedError
from servers.runtime.wire import Folder, GitSwitch, Plan

WHAT = "make a repository at"
_REPOSITORY = {"HEAD", "objects", "refs"}


class Place(msgspec.Struct, frozen=True):
    """Where a repository is to be: `path` is real and absolute, `names` what the folder holds, None where there is none yet."""

    path: str
    names: tuple[str, ...] | None

    @property
    def guard(self) -> str:
        """What a yes to the plan is bound to."""
        if self.names is None:
            return f"nothing at {self.path}"
        return f"{len(self.names)} entries in {self.path}: {sha256(os.fsencode(chr(0).join(self.names))).hexdigest()}"


def place(call: Call, path: str, *switches: GitSwitch) -> Place:
    """The place that `path` means, if a repository may be made there. Raises ToolError."""
    wanted = call.folders.resolve(path)
    try:
        with open_folder(call.folders, wanted, what=WHAT) as opened:
            real, row, names = opened.path, opened.folder, tuple(sorted(at.listing(opened.fd)))
    except NotFoundError:
        with open_parent(call.folders, wanted, what=WHAT) as parent:
            real, row, names = parent.path, parent.folder, None
    for switch in switches:
        _require(row, switch, real)
    call.folders.require(real, "change", WHAT)
    if names is not None and (".git" in names or set(names) >= _REPOSITORY):
        raise ConflictError(f"{shown(real)} is a repository already.")
    below = [other for other in call.folders.rows_below(real) if other.access != row.access]
    if below:
        raise RefusedError(
            f"Cannot {WHAT} {shown(real)}: {shown(below[0].path)} in it has a rule of its own, and all of a repository must be "
            "granted alike.",
            folder=below[0].path,
            path=real,
        )
    return Place(real, names)


def _require(row: Folder, switch: GitSwitch, path: str) -> None:
    if switch in row.git:
        return
    words = "make new repositories" if switch == "create" else "speak to other computers"
    git = ",".join(dict.fromkeys((*row.git, switch)))
    raise RefusedError(
        f"Cannot {WHAT} {shown(path)}: for {row.path} git may not {words}. If this is wanted, ask the user to turn it on in "
        f'Doorkeep (doorkeep folders set "{row.path}" --git {git}), or to do it themselves.',
        reason=f"git may not {words} in {shown(row.path)}",
        folder=row.path,
        path=path,
    )


def planned(found: Place, preview: str, state: object) -> Planned:
    """The plan: the user is always asked, since nothing is there of which a before-image could be kept."""
    return Planned(Plan([], [found.path], preview, found.guard, undoable=False), state)


def made(call: Call, found: Place, command: Sequence[str], what: str) -> Finished:
    """Run `git COMMAND`, which makes a repository and speaks to nobody. Raises ToolError."""
    done = run_outside(call, command, ok=tuple(range(256)))
    if done.code:
        raise refused(done.stderr, what)
    look(call, found)
    return done


def look(call: Call, found: Place) -> None:
    """Report what was made. Raises ToolError where it is not there after all."""
    if not os.path.isdir(found.path):
        raise ToolError(f"git made nothing at {shown(found.path)}, and did not say why.")
    call.touch(found.path)
