"""The tool git_log: commits, newest first, one a line; with `stat` the files of each below it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git.arguments import Cursor, MaxChars, Paths, Repo, bound
from servers.git.entries import Entry, read
from servers.git.heading import heading, plain
from servers.git.judging import Judge
from servers.git.listing import line as entry_line
from servers.git.repository import Repository, find
from servers.git.revisions import commit_range, option_value, paths
from servers.git.runner import run, stream
from servers.runtime import cursor
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text

TOOL = "git_log"
_FORMAT = "%x01".join(("%H", "%h", "%aI", "%an", "%D", "%s"))
_SUBJECT = 300
_STAT_FILES = 50
_MOST_TIPS = 200
"""Branches and tags whose ids a cursor carries."""


class GitLog(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_log."""

    repo: Repo = ""
    range: str = "HEAD"
    all: bool = False
    paths: Paths = []
    author: str = ""
    grep: str = ""
    since: str = ""
    until: str = ""
    follow: bool = False
    stat: bool = False
    limit: Annotated[int, Meta(ge=1, le=500)] = 20
    max_chars: MaxChars = 0
    cursor: Cursor = ""


class Commit(msgspec.Struct):
    """One commit of the log; `entries` only with `stat`."""

    full: str
    oid: str
    date: str
    author: str
    refs: str
    subject: str
    entries: list[Entry] = []


def git_log(call: Call, args: GitLog) -> Text:
    """Commits, newest first, a line each: id, date, author, subject, refs."""
    repository = find(call, args.repo)
    named = paths(call, repository, args.paths)
    if args.follow and (len(named) != 1 or named == ["."]):
        raise ToolError("`follow` goes with one file in `paths`.")
    skip, tips = _position(args)
    judge = Judge(call, repository)
    limit = min(args.limit, 500)
    command = ["log", "-z", f"--skip={skip}", f"--max-count={limit + 1}", "--no-show-signature"]
    command += _filters(args)
    command += ["--end-of-options", *tips, "--", *named] if tips else ["--all", "--", *named]
    left = bound(call, args.max_chars) - 400
    lines: list[str] = []
    more, first = False, ""
    for one in _commits(call, repository, command):
        first = first or one.full
        text = _text(one, judge)
        if len(lines) == limit or (len(text) > left and lines):
            more = True
            break
        lines.append(text)
        left -= len(text)
    following = ""
    if more:
        fixed = tips if args.cursor else [first] if _is_plain(args) else _fixed(call, repository, args, tips)
        following = cursor.make([str(skip + len(lines)), *fixed], TOOL, args)
    head = heading(
        repo=repository.path,
        range="all" if args.all else args.range,
        commits=f"{skip + 1 if lines else 0}-{skip + len(lines)}",
        left_out=f"{judge.left_out} files (closed folders or secrets)" if judge.left_out else "",
        next=following,
    )
    return Text(f"{head}\n{''.join(lines)}")


def _position(args: GitLog) -> tuple[int, list[str]]:
    """How many commits were shown, and where to begin: on later pages the very commits that the first began with. No commits:
    all branches and tags."""
    if not args.cursor:
        return 0, [] if args.all else [commit_range(args.range)]
    found = cursor.read(args.cursor, list[str], TOOL, args)
    if not found or not found[0].isdecimal() or any(not one.lstrip("^").isalnum() for one in found[1:]):
        raise ToolError("The cursor is not one that this server gave. Leave it out to begin with the first page.")
    return int(found[0]), found[1:]


def _is_plain(args: GitLog) -> bool:
    """Whether the first commit shown is the one that the log begins with."""
    filters = (args.all, args.paths, args.author, args.grep, args.since, args.until, args.follow, ".." in args.range)
    return not any(filters)


def _fixed(call: Call, repository: Repository, args: GitLog, tips: list[str]) -> list[str]:
    """The tips as ids, so that later pages go on in the same history although branches moved. None where they are too many."""
    asked = ["--all"] if args.all else ["--end-of-options", *tips]
    found = run(call, repository, ["rev-parse", "--revs-only", *asked]).text.split("\n")
    fixed = list(dict.fromkeys(one for one in found if one.lstrip("^").isalnum()))
    return fixed if len(fixed) <= _MOST_TIPS else []


def _filters(args: GitLog) -> Iterator[str]:
    for name in ("author", "grep", "since", "until"):
        value: str = getattr(args, name)
        if value:
            yield f"--{name}={option_value(value, name)}"
    if args.author or args.grep:
        yield "--extended-regexp"
        yield "--regexp-ignore-case"
    if args.follow:
        yield "--follow"
    if args.stat:
        yield from ("--raw", "--numstat", "--no-ext-diff", "--no-textconv", "--find-renames")
        yield from ("--diff-merges=first-parent", "--ignore-submodules=dirty")


def _commits(call: Call, repository: Repository, command: list[str]) -> Iterator[Commit]:
    """Commits as they come; the run ends when the iteration does."""
    begin = os.urandom(8).hex()  # nothing in the repository can look like the beginning of a commit
    output = stream(call, repository, ["log", f"--format={begin}{_FORMAT}", *command[1:]], what="read the log")
    mark = begin.encode()
    rest = b""
    try:
        for chunk in output:
            *whole, rest = (rest + chunk).split(b"\0" + mark)
            for record in whole:
                yield _commit(record.removeprefix(mark))
        if rest:
            yield _commit(rest.removeprefix(mark))
    finally:
        output.close()


def _commit(record: bytes) -> Commit:
    first, _, entries = record.partition(b"\0")
    full, oid, date, author, refs, subject = (*(plain(field) for field in first.split(b"\1", 5)), *[""] * 6)[:6]
    listed = read(entries.lstrip(b"\n")).entries if entries.strip(b"\0\n") else []
    return Commit(full, oid, date, author, refs, subject.rstrip("\n"), listed)


def _text(one: Commit, judge: Judge) -> str:
    subject = one.subject if len(one.subject) <= _SUBJECT else one.subject[:_SUBJECT] + "…"
    refs = f" ({one.refs})" if one.refs else ""
    lines = [f"{one.oid} {one.date[:16].replace('T', ' ')}{one.date[19:]} {one.author}: {subject}{refs}\n"]
    allowed = [entry for entry in one.entries if judge.allows(entry.old, entry.path)]
    lines += [f"  {entry_line(entry)}" for entry in allowed[:_STAT_FILES]]
    if len(allowed) > _STAT_FILES:
        lines.append(f"  … and {len(allowed) - _STAT_FILES:,} more files\n")
    return "".join(lines)
