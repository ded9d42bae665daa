"""The tool git_blame: which commit each line of a file comes from, consecutive lines of one commit together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git.arguments import MaxChars, Repo, bound
from servers.git.heading import heading, plain
from servers.git.repository import Repository, find
from servers.git.revisions import commit, paths
from servers.git.runner import stream
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.opening import open_file

_UNCOMMITTED = "0" * 8


class GitBlame(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_blame."""

    path: str
    repo: Repo = ""
    rev: Annotated[str, Meta(description="Default: working tree")] = ""
    start: Annotated[int, Meta(ge=1)] = 1
    lines: Annotated[int, Meta(ge=1, le=5000)] = 200
    max_chars: MaxChars = 0


class Line(msgspec.Struct):
    """One line: its number, the commit that it comes from with its facts, and the text."""

    number: int
    oid: str
    author: str
    date: str
    subject: str
    text: str


def git_blame(call: Call, args: GitBlame) -> Text:
    """The commit each line of a file comes from."""
    repository = find(call, args.repo)
    (path,) = paths(call, repository, [args.path])
    revision = [commit(args.rev)] if args.rev else []
    if not revision:
        _check(call, repository, path)
    # Textconv is a program. A file of revisions to be ignored may be any file, and git tells what it finds in it.
    command = [
        "blame",
        "--porcelain",
        "--no-textconv",
        "--no-ignore-revs-file",
        f"-L{args.start},+{args.lines}",
        *revision,
        "--",
        path,
    ]
    output = stream(call, repository, command, what=f"blame {args.path}")
    left = bound(call, args.max_chars) - 300
    out: list[str] = []
    last: Line | None = None
    try:
        for line in _read(output):
            text = (_head(line) if last is None or last.oid != line.oid else "") + f"{line.number:>6}  {line.text}\n"
            if len(text) > left and out:
                break
            out.append(text)
            left -= len(text)
            last = line
    finally:
        output.close()
    end = last.number if last else args.start
    return Text(
        heading(repo=repository.path, path=path, rev=args.rev or "working-tree", lines=f"{args.start}-{end}")
        + f"\n{''.join(out)}"
    )


def _check(call: Call, repository: Repository, path: str) -> None:
    """git reads the working tree's file by its path, through any link on the way: it must be the file that was judged."""
    if repository.bare:
        raise ToolError("A bare repository has no working tree. Give `rev`.")
    wanted = os.path.join(repository.top, *path.split("/"))
    with open_file(call.folders, wanted, what="blame") as opened:
        if opened.path != wanted:
            raise ToolError(
                f"Cannot blame {path}: a symbolic link leads from it to {opened.path}. Name that, or give `rev`."
            )


def _head(line: Line) -> str:
    if line.oid.startswith(_UNCOMMITTED):
        return "not committed yet\n"
    return f"{line.oid[:10]} {line.date} {line.author}: {line.subject[:200]}\n"


def _read(output: Iterator[bytes]) -> Iterator[Line]:
    """git-blame(1), "The porcelain format": a commit's facts come with its first line only."""
    known: dict[str, dict[str, str]] = {}
    oid, number = "", 0
    rest = b""
    for chunk in output:
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            if raw.startswith(b"\t"):
                facts = known[oid]
                yield Line(
                    number,
                    oid,
                    facts.get("author", ""),
                    _date(facts),
                    facts.get("summary", ""),
                    plain(raw[1:]).rstrip("\r"),
                )
                oid = ""
            elif not oid:
                words = raw.split(b" ")
                oid, number = words[0].decode(), int(words[2])
                known.setdefault(oid, {})
            else:
                name, _, value = plain(raw).partition(" ")
                known[oid][name] = value


def _date(facts: dict[str, str]) -> str:
    """The author's local day and time."""
    from datetime import datetime, timedelta, timezone  # 2 ms at start, and only this needs it

    zone = facts.get("author-tz", "+0000")
    try:
        minutes = int(zone[1:3]) * 60 + int(zone[3:5])
        offset = timezone(timedelta(minutes=-minutes if zone.startswith("-") else minutes))
        return datetime.fromtimestamp(int(facts.get("author-time", "0")), offset).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return "????-??-??"
