"""The tool git_clone: a repository of another computer, brought into a folder where the user turned on both that git makes
repositories and that it speaks to other computers.

The address comes from the model, and could carry what it should not: the user is always asked, and sees all of it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git import changing, creating, lending
from servers.git.changing import DryRun
from servers.git.creating import Place
from servers.git.remotes import Remote, checked, host_of, speak_outside
from servers.git.repository import find
from servers.git.revisions import branch_name
from servers.git.runner import run
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError


class GitClone(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_clone."""

    url: Annotated[str, Meta(max_length=2000)]
    path: str
    branch: str = ""
    depth: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    dry_run: DryRun = False


class _Clone(msgspec.Struct):
    place: Place
    other: Remote
    branch: str
    words: str


class git_clone:  # noqa: N801 - the tool's name
    """Clone over https or ssh into a folder that is new or empty. The user is asked. `depth` 0: all of its history."""

    arguments = GitClone

    @staticmethod
    def plan(call: Call, args: GitClone) -> Planned:
        place = creating.place(call, args.path, "create", "remote")
        if place.names:
            raise ConflictError(f"{shown(place.path)} is not empty. Clone into a new folder.")
        url = args.url.strip()
        if not url.isprintable() or " " in url:
            raise ToolError("The address has a space or a control character in it, which no address of git's has.")
        where, protocols = checked(url, "clone")
        if lending.password_in(url):
            raise ToolError("The address has a password in it. Leave it out: Doorkeep gives git the user's own token.")
        host = host_of(url) if protocols == "https" else ""
        branch = branch_name(args.branch, "branch") if args.branch else ""
        words = f"clone {shown(url)} to {shown(place.path)}"
        if branch:
            words += f", the branch {branch}"
        if args.depth:
            words += f", the last {args.depth:,} commits" if args.depth > 1 else ", the last commit"
        return creating.planned(
            place, words, _Clone(place, Remote("the other side", where, protocols, host), branch, words)
        )

    @staticmethod
    def apply(call: Call, args: GitClone, planned: Planned) -> Text:
        clone: _Clone = planned.state
        command = ["clone", "-q", "--template=", "--no-recurse-submodules", "--no-remote-submodules", "--origin=origin"]
        command += [f"--branch={clone.branch}"] * bool(clone.branch) + [f"--depth={args.depth}"] * bool(args.depth)
        speak_outside(call, clone.other, [*command, "--", args.url.strip(), clone.place.path])
        creating.look(call, clone.place)
        repository = find(call, clone.place.path)
        files = changing.names(run(call, repository, ["ls-files", "-z"], limit=256 << 20).stdout)
        lines = [clone.words, f"{len(files):,} files.", *changing.told_of_executed(files)]
        return Text("\n".join(["changed=yes undoable=no", *lines]))
