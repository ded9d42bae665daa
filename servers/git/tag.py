"""The tool git_tag: tags are listed, made (signed where the user signs all of theirs) and deleted."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.git import changing
from servers.git.arguments import Repo
from servers.git.backup.world import Concern, ref_values
from servers.git.changing import MAX_MESSAGE, DryRun, State, short
from servers.git.errors import GitError
from servers.git.heading import heading
from servers.git.repository import Repository, find
from servers.git.revisions import branch_name
from servers.git.runner import run
from servers.runtime.call import Call
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError

TOOL = "git_tag"
_TAGS = "refs/tags/"


class GitTag(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_tag."""

    action: Literal["list", "create", "delete"] = "list"
    name: str = ""
    repo: Repo = ""
    rev: str = "HEAD"
    message: Annotated[str, Meta(max_length=MAX_MESSAGE)] = ""
    force: bool = False
    limit: Annotated[int, Meta(ge=1, le=2000)] = 100
    dry_run: DryRun = False


class git_tag:  # noqa: N801 - the tool's name
    """List tags, create (annotated with `message`) or delete one."""

    arguments = GitTag

    @staticmethod
    def plan(call: Call, args: GitTag) -> Planned:
        if args.action == "list":
            return changing.looking(find(call, args.repo), "list tags")
        repository = find(call, args.repo, "change")
        name = branch_name(args.name)
        old = ref_values(call, repository, [_TAGS + name])[_TAGS + name]
        concern = Concern((_TAGS + name,))
        if args.action == "delete":
            if not old:
                raise GitError(f"There is no tag {name}. git_tag lists them.")
            words = f"delete the tag {name} (was {short(old)})"
            return changing.planned(call, repository, concern, words, words=words, more=["tag", "-d", name])
        return _create(call, repository, args, name, old)

    @staticmethod
    def apply(call: Call, args: GitTag, planned: Planned) -> Text:
        state: State = planned.state
        if args.action == "list":
            return _list(call, state.repository, args)
        lost = [value for value in state.world.refs.values() if value]
        with changing.started(call, state, TOOL, lost) as change:
            run(call, state.repository, state.more, writes=True, what=state.words)
        return changing.done(change, state.words)


def _create(call: Call, repository: Repository, args: GitTag, name: str, old: str) -> Planned:
    if old and not args.force:
        raise ConflictError(f"The tag {name} exists already, at {short(old)}. `force` moves it.")
    commit = changing.resolved(call, repository, args.rev)
    words = f"{'move' if old else 'create'} the tag {name} at {short(commit)}"
    # A tag without a message is never signed: git would ask for one in an editor.
    how = ["--annotate", f"--message={args.message}"] if args.message.strip() else ["--no-sign"]
    command = ["tag", *how, *["--force"] * args.force, name, commit]
    return changing.planned(call, repository, Concern((_TAGS + name,)), words, words=words, more=command)


_FIELDS = (
    "%(refname:short)",
    "%(objectname:short=10)",
    "%(*objectname:short=10)",
    "%(creatordate:short)",
    "%(contents:subject)",
)


def _list(call: Call, repository: Repository, args: GitTag) -> Text:
    command = [
        "for-each-ref",
        "--sort=-creatordate",
        f"--format={'%00'.join(_FIELDS)}",
        f"--count={args.limit + 1}",
        _TAGS,
    ]
    rows = [line for line in run(call, repository, command).text.split("\n") if line]
    lines: list[str] = []
    for row in rows[: args.limit]:
        name, made, commit, date, subject = (shown(word) for word in row.split("\0"))
        lines.append(f"{name} {commit or made} {date} {'(annotated) ' if commit else ''}{subject[:120]}")
    more = "yes, raise `limit`" if len(rows) > args.limit else ""
    return Text("\n".join([heading(tags=len(lines), more=more), *lines]))
