"""The tool git_diff: which files differ, and their patches page by page. The listing is judged before any text is taken."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git.arguments import Cursor, MaxChars, Paths, Repo, bound
from servers.git.comparing import Compared, compare
from servers.git.repository import Repository, find
from servers.git.revisions import commit, commit_range, paths
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text

TOOL = "git_diff"


class GitDiff(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_diff."""

    repo: Repo = ""
    from_: Annotated[str, Meta(description="Revision or A..B; default: index")] = msgspec.field(default="", name="from")
    to: Annotated[str, Meta(description="Default: working tree")] = ""
    staged: bool = False
    paths: Paths = []
    stat: bool = False
    context: Annotated[int, Meta(ge=0, le=200)] = 3
    max_chars: MaxChars = 0
    cursor: Cursor = ""


def git_diff(call: Call, args: GitDiff) -> Text:
    """What changed: the files, then their patches, as many as fit. Lock files show only when named in `paths`."""
    repository = find(call, args.repo)
    named = paths(call, repository, args.paths)
    sides, words = _sides(args, repository)
    compared = Compared(
        command=["diff", *sides],
        words={"repo": repository.path, **words},
        named=named,
        stat=args.stat,
        context=args.context,
        max_chars=bound(call, args.max_chars),
        cursor=args.cursor,
        working_tree=words.get("to") == "working-tree",
    )
    return compare(call, repository, compared, TOOL, args)


def _sides(args: GitDiff, repository: Repository) -> tuple[list[str], dict[str, str]]:
    """What git is told to compare, before the paths, and the words that say so."""
    if args.to:
        if not args.from_ or args.staged:
            raise ToolError("`to` goes with `from`, and not with `staged`.")
        ends = [commit(args.from_, "from"), commit(args.to, "to")]
        return ["--end-of-options", *ends], {"from": args.from_, "to": args.to}
    if ".." in args.from_ and not args.staged:
        return ["--end-of-options", commit_range(args.from_, "from")], {"from": args.from_}
    if repository.bare:
        raise ToolError("A bare repository has no working tree and no index. Give `from` and `to`.")
    revision = [commit(args.from_, "from")] if args.from_ else []
    if args.staged:
        return ["--cached", "--end-of-options", *revision], {"from": args.from_ or "HEAD", "to": "index"}
    # Of a conflict: the working tree, markers and all, against our side.
    ours = [] if args.from_ else ["--ours"]
    return [*ours, "--end-of-options", *revision], {"from": args.from_ or "index", "to": "working-tree"}
