"""The tool git_status: the branch, what is in progress, and which files are staged, changed, untracked or in conflict."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.git.arguments import Cursor, Paths, Repo, bound
from servers.git.configuring import settings
from servers.git.heading import heading
from servers.git.judging import Judge
from servers.git.repository import Repository, find
from servers.git.revisions import paths
from servers.git.runner import run
from servers.git.state import state
from servers.runtime import cursor
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import shown

TOOL = "git_status"
_FEW = 5


class GitStatus(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_status."""

    repo: Repo = ""
    paths: Paths = []
    untracked: Literal["normal", "all", "no"] = "normal"
    ignored: bool = False
    limit: Annotated[int, Meta(ge=1, le=5000)] = 500
    cursor: Cursor = ""


class Row(msgspec.Struct, frozen=True):
    """One file: the two letters of git-status(1), "Short Format", its path, and for a rename the path it had."""

    letters: str
    path: str
    old: str = ""


class Status(msgspec.Struct):
    """What `git status --porcelain=v2 --branch --show-stash -z` says; `head` is its `# branch.…` lines by name."""

    head: dict[str, str]
    rows: list[Row]


def git_status(call: Call, args: GitStatus) -> Text:
    """Branch, state, and changed files with the letters of `git status --short`."""
    repository = find(call, args.repo)
    if repository.bare:
        raise ToolError(f"{repository.path} is a bare repository: it has no working tree. Use git_log and git_show.")
    named = paths(call, repository, args.paths)
    command = ["status", "--porcelain=v2", "--branch", "--show-stash", "-z", "--find-renames"]
    command += [f"--untracked-files={args.untracked}", "--ignore-submodules=dirty"]
    command += ["--ignored=traditional"] if args.ignored else ["--ignored=no"]
    output = run(call, repository, [*command, "--", *named], what="look at the working tree").stdout
    status = read(output)
    judge = Judge(call, repository)
    rows = [row for row in status.rows if judge.allows(row.old or row.path, row.path)]
    mark = output.decode("latin-1")
    at = cursor.read(args.cursor, int, TOOL, args, mark) if args.cursor else 0
    page = _fitting(rows[at : at + args.limit], bound(call) - 600)
    end = at + len(page)
    head = heading(
        repo=repository.path,
        **_branch(status.head),
        state=state(call, repository) or "ok",
        **_counts(rows),
        not_honoured=_not_honoured(call, repository),
        left_out=f"{judge.left_out} (closed folders or secrets)" if judge.left_out else "",
        next=cursor.make(end, TOOL, args, mark) if end < len(rows) else "",
    )
    return Text(f"{head}\n{''.join(page)}")


def _not_honoured(call: Call, repository: Repository) -> str:
    """The repository's own settings that are not followed: whoever wonders why a filter did not run finds it here."""
    keys = settings(call, repository).not_honoured
    few = ", ".join(key[:80] for key in keys[:_FEW])
    return few + (f" and {len(keys) - _FEW} more" if len(keys) > _FEW else "")


def read(output: bytes) -> Status:
    """git-status(1), "Porcelain Format Version 2", with -z."""
    fields = iter(os.fsdecode(output).split("\0"))
    status = Status({}, [])
    for field in fields:
        if field.startswith("# "):
            name, _, value = field[2:].partition(" ")
            status.head[name] = value
        elif field:
            status.rows.append(_row(field, fields))
    return status


def _row(field: str, fields: Iterator[str]) -> Row:
    kind = field[0]
    if kind in "?!":
        return Row(kind * 2, field[2:])
    letters = field[2:4].replace(".", " ")
    if kind == "1":
        return Row(letters, field.split(" ", 8)[8])
    if kind == "2":
        return Row(letters, field.split(" ", 9)[9], next(fields))
    return Row(letters, field.split(" ", 10)[10])


def _branch(head: dict[str, str]) -> dict[str, object]:
    oid = head.get("branch.oid", "")
    name = head.get("branch.head", "")
    words: dict[str, object] = {"branch": "" if name == "(detached)" else name, "detached": name == "(detached)"}
    words["head"] = "none (no commit yet)" if oid == "(initial)" else oid
    words["upstream"] = head.get("branch.upstream", "")
    ahead, _, behind = head.get("branch.ab", "").partition(" ")
    words |= {"ahead": ahead.lstrip("+"), "behind": behind.lstrip("-")}
    words["stashes"] = head.get("stash", "")
    return words


def _counts(rows: list[Row]) -> dict[str, int]:
    conflicts = sum("U" in row.letters or row.letters in ("AA", "DD") for row in rows)
    untracked = sum(row.letters == "??" for row in rows)
    plain = [row for row in rows if "U" not in row.letters and row.letters not in ("AA", "DD", "??", "!!")]
    return {
        "staged": sum(row.letters[0] != " " for row in plain),
        "unstaged": sum(row.letters[1] != " " for row in plain),
        "untracked": untracked,
        "conflicts": conflicts,
    }


def _fitting(rows: list[Row], left: int) -> list[str]:
    lines: list[str] = []
    for row in rows:
        line = (
            f"{row.letters} {shown(row.old)} -> {shown(row.path)}\n"
            if row.old
            else f"{row.letters} {shown(row.path)}\n"
        )
        if len(line) > left and lines:
            break
        lines.append(line)
        left -= len(line)
    return lines
