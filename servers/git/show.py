"""The tool git_show: a commit with its change, a folder's entries, or a file's lines, at any revision."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git.arguments import Cursor, MaxChars, Repo, bound
from servers.git.comparing import Compared, compare
from servers.git.heading import plain
from servers.git.objects import show_object
from servers.git.repository import Repository, find
from servers.git.revisions import commit, paths
from servers.git.runner import run
from servers.runtime.budget import clip
from servers.runtime.call import Call
from servers.runtime.results import Text

TOOL = "git_show"
_FORMAT = "%x01".join(("%H", "%an <%ae>", "%aI", "%cn <%ce>", "%cI", "%P", "%D", "%B"))


class GitShow(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_show."""

    rev: Annotated[str, Meta(description="With `path` also :0 (index) to :3")] = "HEAD"
    repo: Repo = ""
    path: str = ""
    start: Annotated[int, Meta(ge=1)] = 1
    lines: Annotated[int, Meta(ge=0)] = 0
    stat: bool = False
    max_chars: MaxChars = 0
    cursor: Cursor = ""


def git_show(call: Call, args: GitShow) -> Text:
    """A commit: message, files, patches (a merge against its first parent). With `path`: a file's text or a folder's entries."""
    repository = find(call, args.repo)
    if args.path:
        (path,) = paths(call, repository, [args.path])
        return show_object(call, repository, args, path)
    revision = commit(args.rev)
    compared = Compared(
        command=[
            "show",
            "--diff-merges=first-parent",
            "--no-show-signature",
            "--no-notes",
            "--end-of-options",
            revision,
        ],
        words={"repo": repository.path},
        named=[],
        stat=args.stat,
        context=3,
        max_chars=bound(call, args.max_chars),
        cursor=args.cursor,
        format=_FORMAT,
        opening=lambda said: _opening(call, repository, args, said),
    )
    return compare(call, repository, compared, TOOL, args)


def _opening(call: Call, repository: Repository, args: GitShow, said: bytes) -> tuple[dict[str, str], str]:
    """The words and the message of a commit; of an annotated tag its message too."""
    fields = [plain(field) for field in said.split(b"\1", 7)]
    oid, author, date, committer, committed, parents, refs, message = (*fields, *[""] * 8)[:8]
    words = {"commit": oid, "author": author, "date": date}
    if (committer, committed) != (author, date):
        words |= {"committer": committer, "committed": committed}
    words |= {"parents" if " " in parents else "parent": parents, "refs": refs}
    tag = _tag(call, repository, args.rev) if f"tag: {args.rev.removeprefix('refs/tags/')}" in refs.split(", ") else ""
    text = "".join(f"    {line}\n" if line else "\n" for line in f"{tag}{message.rstrip()}".split("\n"))
    return words, clip(text, bound(call, args.max_chars) // 3) + "\n"


def _tag(call: Call, repository: Repository, rev: str) -> str:
    found = run(call, repository, ["cat-file", "tag", f"refs/tags/{rev.removeprefix('refs/tags/')}"], ok=(0, 128))
    if found.code:
        return ""
    head, _, message = plain(found.stdout).partition("\n\n")
    tagger = next((line for line in head.split("\n") if line.startswith("tagger ")), "tagger unknown").split(" <")[0]
    return f"{tagger}: {message.partition('-----BEGIN')[0].strip()}\n\n"
