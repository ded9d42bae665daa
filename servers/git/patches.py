"""Choosing hunks of one file's diff, by the numbers that git_diff shows, and the patch that holds just them.

A patch is bytes as `git diff` writes it for one file; numbers begin with 1. Nothing here starts a program or touches a file.
"""

from __future__ import annotations

import re

from servers.runtime.errors import ToolError

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_MODES = (b"old mode ", b"new mode ")
_WHOLE = (b"deleted file mode ", b"new file mode ", b"Binary files ", b"GIT binary patch")


class Hunk:
    """One hunk: its lines from `@@` on, where it begins in the old file, and how many lines it takes and gives."""

    def __init__(self, lines: list[bytes]) -> None:
        match = _HUNK.match(lines[0])
        if match is None:
            raise ToolError("The diff cannot be read: a hunk does not begin as it should.")
        self.lines = lines
        self.old_start = int(match[1])
        self.old_count = 1 if match[2] is None else int(match[2])
        self.new_count = 1 if match[4] is None else int(match[4])
        self.rest = lines[0][match.end() :]


def split(patch: bytes) -> tuple[list[bytes], list[Hunk]]:
    """The lines before the first hunk, and the hunks."""
    lines = patch.splitlines(keepends=True) if b"\r" not in patch else _split_at_newlines(patch)
    head: list[bytes] = []
    blocks: list[list[bytes]] = []
    left_old = left_new = 0
    for line in lines:
        if blocks and (left_old > 0 or left_new > 0 or line.startswith(b"\\")):
            blocks[-1].append(line)
            left_old -= line[:1] in b" -" and line[:1] != b""
            left_new -= line[:1] in b" +" and line[:1] != b""
        elif line.startswith(b"@@ "):
            blocks.append([line])
            begun = Hunk([line])
            left_old, left_new = begun.old_count, begun.new_count
        else:
            head.append(line)
    return head, [Hunk(block) for block in blocks]


def _split_at_newlines(patch: bytes) -> list[bytes]:
    """Only LF ends a line of a diff: a CR belongs to the file's line."""
    parts = patch.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def choose(patch: bytes, numbers: list[int], *, reverse: bool = False) -> bytes:
    """The patch with only these hunks, to be given to `git apply --cached` (with `-R` where `reverse`). Raises ToolError for a
    number that is not there, and for a change that has no hunks to choose from."""
    head, hunks = split(patch)
    if not hunks or any(line.startswith(_WHOLE) for line in head):
        raise ToolError("This file has no hunks to choose from (it is new, deleted, or binary). Leave `hunks` out.")
    wrong = [number for number in numbers if not 1 <= number <= len(hunks)]
    if wrong:
        raise ToolError(f"There is no hunk {wrong[0]}: the file has {len(hunks)} (see git_diff). Nothing was changed.")
    # The file's mode is not part of any hunk, and stays as it is.
    out = [line for line in head if not line.startswith(_MODES)]
    shift = 0
    for number, hunk in enumerate(hunks, 1):
        if number not in numbers:
            # What is not chosen moves the others: on the side that the patch is applied to, it is not there, or there already.
            shift += hunk.new_count - hunk.old_count if reverse else 0
            continue
        out.append(_header(hunk, shift, before=_moved(hunks, numbers, number)))
        out += hunk.lines[1:]
    return b"".join(out)


def _moved(hunks: list[Hunk], numbers: list[int], number: int) -> int:
    """How far the chosen hunks before `number` move it."""
    return sum(hunk.new_count - hunk.old_count for n, hunk in enumerate(hunks, 1) if n < number and n in numbers)


def _header(hunk: Hunk, shift: int, *, before: int) -> bytes:
    """`@@` with the places where the chosen hunks really are. A count of 0 names the line before (git-diff(1))."""
    old = hunk.old_start + shift
    first = old + (1 if hunk.old_count == 0 else 0)
    new = first + before - (1 if hunk.new_count == 0 else 0)
    return b"@@ -%d,%d +%d,%d @@%b" % (old, hunk.old_count, new, hunk.new_count, hunk.rest)
