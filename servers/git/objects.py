"""A file or folder as a revision has it: read by path only, so that the path can be judged; lines page by page."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from servers.git.arguments import bound
from servers.git.errors import GitError
from servers.git.heading import heading, plain
from servers.git.judging import Judge
from servers.git.program import version
from servers.git.repository import Repository
from servers.git.revisions import commit
from servers.git.runner import run
from servers.runtime import cursor
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import shown

if TYPE_CHECKING:
    from servers.git.show import GitShow

TOOL = "git_show"
MAX_BYTES = 32 << 20
"""Bytes of a file that is read from the object store."""
_STAGES = (":0", ":1", ":2", ":3")
_LFS = b"version https://git-lfs.github.com/spec/"
_BINARY_HEAD = 8000


class Found(msgspec.Struct, frozen=True):
    """An object by path: `kind` is blob, tree or commit (a submodule); `content` its bytes."""

    oid: str
    kind: str
    content: bytes


def read_object(call: Call, repository: Repository, rev: str, path: str) -> Found:
    """The object at `path` (from `revisions.paths`) in `rev`. Raises ToolError where there is none, or it is too large."""
    where = rev if rev in _STAGES else commit(rev)
    if "\n" in path and version() < (2, 38):
        raise GitError("The installed git cannot be asked for a path with a line end. Ask the user to update it.")
    spec = f"{where}:{'' if path == '.' else path}"
    if rev in _STAGES and path == ".":
        raise ToolError("The index has no folders. Name a file.")
    nul = ["-z"] if "\n" in path else []
    asked = os.fsencode(spec) + (b"\0" if nul else b"\n")
    # 64 bytes more: the line that says what it is
    output = run(call, repository, ["cat-file", "--batch", *nul], stdin=asked, limit=MAX_BYTES + 64).stdout
    first, _, rest = output.partition(b"\n")
    words = first.split(b" ")
    if len(words) != 3 or not words[2].isdigit():
        return _missing(call, repository, rev, where, path, first)
    return Found(words[0].decode(), words[1].decode(), rest[: int(words[2])])


def _missing(call: Call, repository: Repository, rev: str, where: str, path: str, said: bytes) -> Found:
    """A submodule's commit is not in this repository; anything else is not there at all."""
    if rev not in _STAGES:
        run(call, repository, ["rev-parse", "--verify", "--end-of-options", where], what=f"show {shown(rev)}")
        listed = run(call, repository, ["ls-tree", "-z", "--full-tree", where, "--", path], ok=(0, 128)).stdout
        if listed.startswith(b"160000 commit "):
            return Found(listed[14:].split(b"\t")[0].decode(), "commit", b"")
    if said.endswith(b" ambiguous"):
        raise ToolError(f"{shown(rev)} may mean several commits. Give more of its digits.")
    raise ToolError(f'There is no {shown(path)} at {shown(rev)}. git_show with path="." lists what is there.')


def show_object(call: Call, repository: Repository, args: GitShow, path: str) -> Text:
    """One page of the file or folder."""
    found = read_object(call, repository, args.rev, path)
    words = {"repo": repository.path, "rev": args.rev, "path": path, found.kind: found.oid}
    if found.kind == "commit":
        return Text(heading(**words) + "\na submodule at this commit; ask for it as a repository of its own\n")
    if found.kind == "tree":
        return _folder(call, repository, args, path, found, words)
    return _file(call, args, found, words)


def entries(content: bytes, width: int) -> list[tuple[str, str]]:
    """The mode and name of each entry of a tree object (gitformat: `MODE NAME NUL OID`); `width` is an OID's bytes."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        found.append((mode.decode(), os.fsdecode(name)))
        at = end + 1 + width
    return found


_ENDS = {"40000": "/", "120000": " (symbolic link)", "160000": " (submodule)"}


def _folder(call: Call, repository: Repository, args: GitShow, path: str, found: Found, words: dict[str, str]) -> Text:
    judge = Judge(call, repository)
    start = "" if path == "." else path + "/"
    listed = [
        shown(name) + _ENDS.get(mode, "")
        for mode, name in entries(found.content, len(found.oid) // 2)
        if judge.allows(start + name)
    ]
    at = int(cursor.read(args.cursor, int, TOOL, args, found.oid)) if args.cursor else 0
    left = bound(call, args.max_chars) - 300
    lines: list[str] = []
    for line in listed[at:]:
        if len(line) >= left and lines:
            break
        lines.append(line + "\n")
        left -= len(line) + 1
    end = at + len(lines)
    head = heading(
        **words,
        entries=len(listed),
        left_out=judge.left_out or None,
        next=cursor.make(end, TOOL, args, found.oid) if end < len(listed) else "",
    )
    return Text(f"{head}\n{''.join(lines)}")


def is_binary(content: bytes) -> bool:
    """As git judges it: a NUL near the beginning; UTF-16 with its mark is text all the same."""
    return b"\0" in content[:_BINARY_HEAD] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))


def _file(call: Call, args: GitShow, found: Found, words: dict[str, str]) -> Text:
    content = found.content
    if is_binary(content):
        return Text(heading(**words, bytes=len(content), type="binary") + "\n")
    text, encoding = _decoded(content)
    at, line = _position(args, found, text)
    left = max(bound(call, args.max_chars) - 400, 1)
    end = _end(text, at, args.lines, left)
    part = text[at:end]
    last = line + part.count("\n") - (1 if part.endswith("\n") else 0)
    head = heading(
        **words,
        lines=f"{line if part else 0}-{last if part else 0}/{text.count(chr(10)) + bool(text and not text.endswith(chr(10)))}",
        bytes=len(content),
        encoding=encoding if encoding != "utf-8" else "",
        eol="crlf" if "\r\n" in text else "",
        type="lfs-pointer" if content.startswith(_LFS) else "",
        next=cursor.make([end, line + part.count("\n")], TOOL, args, found.oid) if end < len(text) else "",
    )
    return Text(f"{head}\n{part}")


def _position(args: GitShow, found: Found, text: str) -> tuple[int, int]:
    """The character and the line at which the page begins."""
    if args.cursor:
        position = cursor.read(args.cursor, list[int], TOOL, args, found.oid)
        if len(position) != 2 or not 0 <= position[0] <= len(text):
            raise ToolError("The cursor is not one that this server gave. Leave it out to begin with the first page.")
        return position[0], position[1]
    at = 0
    for number in range(1, args.start):
        at = text.find("\n", at) + 1
        if not at or at >= len(text):
            raise ToolError(f"The file has {number:,} lines, not {args.start:,}.")
    return at, args.start


def _end(text: str, at: int, lines: int, left: int) -> int:
    """Where the page ends: after `lines` lines (0: any number), within `left` characters, not within a line if possible."""
    end = at
    for _ in range(lines):
        end = text.find("\n", end) + 1
        if not end:
            end = len(text)
            break
    end = end if lines else len(text)
    if end - at <= left:
        return end
    torn = text.rfind("\n", at, at + left) + 1
    return torn if torn > at else at + left


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "utf-16"
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return plain(content), "unknown"
