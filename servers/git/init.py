"""The tool git_init: a new, empty repository, in a folder where the user turned that on."""

from __future__ import annotations

import os

import msgspec

from servers.git import creating
from servers.git.changing import DryRun
from servers.git.creating import Place
from servers.git.revisions import branch_name
from servers.runtime.call import Call
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown


class GitInit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_init."""

    path: str
    branch: str = "main"
    bare: bool = False
    dry_run: DryRun = False


class _Init(msgspec.Struct):
    place: Place
    branch: str
    words: str


class git_init:  # noqa: N801 - the tool's name
    """Make an empty repository in a folder that is there or new. The user is asked."""

    arguments = GitInit

    @staticmethod
    def plan(call: Call, args: GitInit) -> Planned:
        place = creating.place(call, args.path, "create")
        branch = branch_name(args.branch, "branch")
        kind = "bare repository" if args.bare else "repository"
        words = f"make an empty {kind} at {shown(place.path)}, on the branch {branch}"
        return creating.planned(place, words, _Init(place, branch, words))

    @staticmethod
    def apply(call: Call, args: GitInit, planned: Planned) -> Text:
        init: _Init = planned.state
        command = ["init", "-q", "--template=", f"--initial-branch={init.branch}", *["--bare"] * args.bare]
        creating.made(call, init.place, [*command, "--", init.place.path], init.words)
        return Text(f"changed=yes undoable=no\n{init.words}\nIn it: {os.path.basename(init.place.path)!s} as `repo`.")
