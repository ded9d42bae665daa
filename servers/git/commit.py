"""The tool git_commit: what is staged becomes a commit, by the user's own name and, if they sign, with their signature."""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git import changing, previews, switches
from servers.git.arguments import Paths, Repo
from servers.git.backup.world import Concern, commit_at_head, head
from servers.git.changing import FROM_STDIN, MAX_MESSAGE, DryRun, State
from servers.git.errors import GitError
from servers.git.repository import Repository
from servers.git.revisions import paths
from servers.git.runner import run
from servers.git.touching import counted, is_open
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.safe.words import RefusedError

TOOL = "git_commit"


class GitCommit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_commit."""

    message: Annotated[str, Meta(max_length=MAX_MESSAGE)] = ""
    repo: Repo = ""
    paths: Paths = []
    amend: bool = False
    allow_empty: bool = False
    expected_head: str = ""
    dry_run: DryRun = False


class _Commit(msgspec.Struct):
    paths: list[bytes]
    old: str


class git_commit:  # noqa: N801 - the tool's name
    """Commit what is staged, or only `paths`, with the user's identity and signing."""

    arguments = GitCommit

    @staticmethod
    def plan(call: Call, args: GitCommit) -> Planned:
        repository = changing.with_tree(call, args.repo)
        old = commit_at_head(call, repository)
        changing.check_head(old, args.expected_head)
        _check_message(args, old)
        author = _identity(call, repository)
        ref = head(call, repository)
        only = _only(call, repository, args.paths) if args.paths else []
        base = _base(call, repository, old) if args.amend else []
        found = _content(call, repository, args, only, base)
        subject = args.message.strip().split("\n", 1)[0] or "with its message as it is"
        verb = "amend the commit on" if args.amend else "commit on"
        words = f"{verb} {changing.branch_of(ref)}: {subject}"
        words_of_diff = ["HEAD"] if only and old else ["--cached", *base]
        notes = _notes(call, repository, args, old)
        text = f"{words}\nby {author}\n{previews.diff(call, repository, words_of_diff, found)}"
        concern = Concern((ref,) if ref.startswith("refs/") else (), index=True)
        return changing.planned(
            call, repository, concern, text, words=words, notes=notes, watched=only, more=_Commit(only, old)
        )

    @staticmethod
    def apply(call: Call, args: GitCommit, planned: Planned) -> Text:
        state: State = planned.state
        commit: _Commit = state.more
        repository = state.repository
        # The message is UTF-8 and none of its lines a comment, whatever the settings make of messages.
        command = ["-c", "i18n.commitEncoding=UTF-8", "commit", "-q", "--no-status", "--cleanup=whitespace"]
        if args.message.strip():
            command.append(f"--message={args.message}")
        else:
            command.append("--no-edit")
        command += ["--amend"] * args.amend + ["--allow-empty"] * args.allow_empty
        stdin = None
        if commit.paths:
            command += ["--only", *FROM_STDIN]
            stdin = changing.given(commit.paths)
        env = switches.hooks(call, repository)
        with changing.started(call, state, TOOL, [commit.old] if args.amend else []) as change:
            run(call, repository, command, stdin=stdin, env=env, writes=True, what="commit")
            made = commit_at_head(call, repository)
            change.words = f"{state.words.replace('commit on', f'commit {changing.short(made)} on', 1)}"
        return changing.done(change, change.words, _stat(call, repository, made), *state.notes)


def _check_message(args: GitCommit, old: str) -> None:
    if args.amend and not old:
        raise GitError("There is no commit yet that could be amended. Leave `amend` out.")
    if not args.message.strip() and not args.amend:
        raise ToolError("`message` is empty. Say what the commit does, and why.")
    if "\0" in args.message:
        raise ToolError("`message` holds a NUL character, which a commit's message cannot.")


def _identity(call: Call, repository: Repository) -> str:
    """Who commits, for people. Raises GitError where git does not know."""
    for which in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        env = switches.setting(call, repository, "user.useconfigonly", "true")
        found = run(call, repository, ["var", which], env=env, ok=(0, 1, 128))
        if found.code:
            raise GitError(
                "git does not know who commits. Nothing was committed. Ask the user to set their name and address once: "
                'git config --global user.name "…" and git config --global user.email "…".'
            )
    return found.text.rpartition(" ")[0].rpartition(" ")[0]


def _only(call: Call, repository: Repository, given: list[str]) -> list[bytes]:
    """The changed files below the paths that the commit is limited to."""
    links = changing.gitlinks(call, repository)
    wanted = paths(call, repository, given)
    found = [one for one in changing.dirty(call, repository, wanted) if one.path not in links]
    new = [one for one in found if one.untracked]
    known = [one.path for one in found if not one.untracked]
    if not known:
        more = " They are new: stage them with git_stage first." if new else ""
        raise GitError(f"There is no change to commit at these paths.{more}")
    closed = sum(not is_open(call, repository, path, "read") for path in known)
    if closed:
        raise RefusedError(
            f"Cannot commit these paths: among them is {counted(closed)} that the user keeps closed, or that often hold secrets. "
            "Name others, or ask the user."
        )
    return known


def _base(call: Call, repository: Repository, old: str) -> list[str]:
    """What an amended commit is compared with: its first parent, or nothing where it is the first of all."""
    command = ["rev-parse", "--verify", "-q", f"{old}^1"]
    found = run(call, repository, command, ok=(0, 1, 128))
    if found.code == 0:
        return [found.text]
    return [run(call, repository, ["hash-object", "-t", "tree", os.devnull]).text]


def _content(call: Call, repository: Repository, args: GitCommit, only: list[bytes], base: list[str]) -> list[bytes]:
    """The files that the commit changes. Raises GitError where it would hold nothing, or conflicts are left."""
    listed = run(call, repository, ["ls-files", "--unmerged", "-z"]).stdout
    if listed and not only:
        left = len({line.partition(b"\t")[2] for line in listed.split(b"\0") if line})
        raise GitError(f"In conflict: {counted(left)}. Resolve that, stage it with git_stage, then commit.")
    found = only or changing.differing(call, repository, "--cached", *base)
    concluding = any(
        os.path.exists(os.path.join(repository.git_dir, name)) for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD")
    )
    if not found and not (args.allow_empty or args.amend or concluding):
        raise GitError("Nothing is staged, so there is nothing to commit. Stage files with git_stage, or name `paths`.")
    return found


def _notes(call: Call, repository: Repository, args: GitCommit, old: str) -> list[str]:
    notes: list[str] = []
    if args.amend:
        command = ["for-each-ref", "--count=1", "--format=%(refname:short)", f"--contains={old}", "refs/remotes/"]
        where = run(call, repository, command).text
        if where:
            notes.append(f"The commit that is amended was published already ({where}): others may have it.")
    return notes


def _stat(call: Call, repository: Repository, made: str) -> str:
    command = ["show", "--no-ext-diff", "--no-textconv", "--no-show-signature", "--shortstat", "--format=", made]
    return run(call, repository, command).text.strip()
