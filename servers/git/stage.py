"""The tool git_stage: files, or single hunks of one, go into the index or out of it. No file of the worktree is changed."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.git import changing, patches, previews
from servers.git.arguments import Paths, Repo
from servers.git.backup.world import Concern, commit_at_head
from servers.git.changing import FROM_STDIN, DryRun, State
from servers.git.repository import Repository
from servers.git.revisions import paths
from servers.git.runner import run
from servers.git.touching import counted, is_open
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import RefusedError

TOOL = "git_stage"
_MOST_HUNKS = 1000


class GitStage(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_stage."""

    paths: Paths
    repo: Repo = ""
    action: Literal["stage", "unstage", "intent"] = "stage"
    hunks: Annotated[list[int], Meta(max_length=_MOST_HUNKS, description="Of one path, from 1")] = []
    dry_run: DryRun = False


class _Chosen(msgspec.Struct):
    """What to do: `paths` for git, or a `patch` for the index."""

    action: str
    paths: list[bytes]
    patch: bytes = b""


class git_stage:  # noqa: N801 - the tool's name
    """Stage changes, or take them out again: paths, or hunks of one path. `intent` makes new files known."""

    arguments = GitStage

    @staticmethod
    def plan(call: Call, args: GitStage) -> Planned:
        repository = changing.with_tree(call, args.repo)
        if not args.paths:
            raise ToolError("`paths` is empty. Name files or folders; `.` is everything.")
        wanted = paths(call, repository, args.paths)
        if args.hunks:
            return _hunks(call, repository, args, wanted)
        found, notes = _affected(call, repository, args.action, wanted)
        verb = {"stage": "stage", "unstage": "unstage", "intent": "make known"}[args.action]
        words = f"{verb} {_count(found)}"
        diff = _preview(call, repository, args.action, found)
        watched = found if args.action == "stage" else []
        concern = Concern(index=True)
        more = _Chosen(args.action, found)
        lines = f"{words}\n{previews.listed(found)}\n{diff}"
        return changing.planned(call, repository, concern, lines, words=words, notes=notes, watched=watched, more=more)

    @staticmethod
    def apply(call: Call, args: GitStage, planned: Planned) -> Text:  # noqa: ARG004 - the interface
        state: State = planned.state
        chosen: _Chosen = state.more
        if not chosen.paths:
            return changing.unchanged("There is nothing to do there.", *state.notes)
        with changing.started(call, state, TOOL) as change:
            _act(call, state.repository, chosen)
        hunks = previews.shown_text(b"\n".join(line for line in chosen.patch.split(b"\n") if line.startswith(b"@@ ")))
        return changing.done(change, state.words, hunks or previews.listed(chosen.paths), *state.notes)


def _count(found: list[bytes]) -> str:
    return counted(len(found))


def _affected(call: Call, repository: Repository, action: str, wanted: list[str]) -> tuple[list[bytes], list[str]]:
    """The files that the action is about, and what is left out, in words. Raises ToolError where nothing can be done."""
    if action == "unstage":
        return _staged(call, repository, wanted), []
    links = changing.gitlinks(call, repository)
    found: list[bytes] = []
    closed = others = 0
    for one in changing.dirty(call, repository, wanted):
        if one.letters[1] == " " or (action == "intent" and not one.untracked):
            continue
        if one.path.endswith(b"/") or one.path in links:
            others += 1
        elif not is_open(call, repository, one.path, "read"):
            closed += 1
        else:
            found.append(one.path)
    notes: list[str] = []
    if closed:
        notes.append(f"Left out: {counted(closed)} that the user keeps closed, or that often hold secrets.")
    if others:
        notes.append(
            f"Left out: {counted(others, 'repository', 'repositories')} inside this one. The user stages those."
        )
    if closed and not found:
        raise RefusedError(f"Nothing was staged. {notes[0]}")
    if not found and not others:
        _say_why_nothing(call, repository, wanted)
    return found, notes


def _staged(call: Call, repository: Repository, wanted: list[str]) -> list[bytes]:
    if commit_at_head(call, repository):
        return changing.differing(call, repository, "--cached", paths=wanted)
    return changing.names(run(call, repository, ["ls-files", "-z", "--", *wanted]).stdout)


def _say_why_nothing(call: Call, repository: Repository, wanted: list[str]) -> None:
    for path in wanted:
        if path == ".":
            continue
        if run(call, repository, ["ls-files", "-z", "--", path]).stdout:
            continue
        # check-ignore takes paths and refuses to hear that they are literal.
        env = {"GIT_LITERAL_PATHSPECS": "0"}
        if run(call, repository, ["check-ignore", "-q", "--", f"./{path}"], env=env, ok=(0, 1, 128)).code == 0:
            raise ToolError(f"{shown(path)} is ignored (.gitignore), so it is not staged. Ask the user about it.")
        if not os.path.lexists(os.path.join(repository.top, path)):
            raise ToolError(f"There is no {shown(path)} in {repository.path}, and git knows none. Nothing was staged.")
        raise ToolError(
            f"git sees no file at {shown(path)}: it is an empty folder, or lies beyond a symbolic link. Nothing was staged."
        )


def _preview(call: Call, repository: Repository, action: str, found: list[bytes]) -> str:
    if action == "intent" or not found:
        return ""
    return previews.diff(call, repository, ["--cached"] if action == "unstage" else [], found)


def _hunks(call: Call, repository: Repository, args: GitStage, wanted: list[str]) -> Planned:
    if len(wanted) != 1 or wanted[0] == "." or args.action == "intent":
        raise ToolError("`hunks` are of one file: name exactly that in `paths`, and `stage` or `unstage`.")
    path = os.fsencode(wanted[0])
    cached = ["--cached"] if args.action == "unstage" else []
    base = [
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--no-color",
        "--unified=3",
        "--ignore-submodules",
    ]
    patch = run(call, repository, [*base, *cached, "--", wanted[0]]).stdout
    if not patch:
        raise ToolError(f"{shown(wanted[0])} has no {'staged' if cached else 'unstaged'} change. See git_status.")
    if patch.count(b"\ndiff --git ") or b"\n@@@ " in patch:
        raise ToolError(f"{shown(wanted[0])} is a folder or in conflict; hunks are of one file that is not.")
    numbers = sorted(set(args.hunks))
    chosen = patches.choose(patch, numbers, reverse=bool(cached))
    listed = ", ".join(map(str, numbers))
    words = f"{args.action} hunk{'s' if len(numbers) > 1 else ''} {listed} of {shown(wanted[0])}"
    text = previews.shown_text(chosen)
    more = _Chosen(args.action, [path], chosen)
    return changing.planned(
        call, repository, Concern(index=True), f"{words}\n{text}", words=words, watched=[path], more=more
    )


def _act(call: Call, repository: Repository, chosen: _Chosen) -> None:
    if chosen.patch:
        back = ["-R"] if chosen.action == "unstage" else []
        command = ["apply", "--cached", "--whitespace=nowarn", *back, "-"]
        run(call, repository, command, stdin=chosen.patch, writes=True, what="stage these hunks")
        return
    command = {
        "stage": ["add", "-A", *FROM_STDIN],
        "intent": ["add", "-N", *FROM_STDIN],
        "unstage": ["reset", "-q", *FROM_STDIN],
    }[chosen.action]
    given = changing.given(chosen.paths)
    run(call, repository, command, stdin=given, writes=True, what=f"{chosen.action} these files")
