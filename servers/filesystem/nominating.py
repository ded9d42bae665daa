"""Asking ripgrep which files of a granted folder could hold what is looked for. Nothing it says here reaches the client:
the paths are opened and judged anew, and matched again, before anything is said about them (verifying.py).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence

from servers.filesystem import ignore, ripgrep, walk
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe import opening
from servers.runtime.safe.access import Folders
from servers.runtime.safe.moving import is_temporary
from servers.runtime.safe.opening import Opened

_OWN_RULES = ("--no-require-git", "--no-ignore-parent", "--no-ignore-dot", "--no-ignore-exclude", "--no-ignore-global")
MAX_FILES = 500_000


class Nominated:
    """Paths below the folder, `/` between names, each with its number of matching lines (1 where only files were asked for)."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.complete = True

    @property
    def lines(self) -> int:
        """Matching lines in all."""
        return sum(self.counts.values())


def nominate(
    call: Call, top: Opened, query: Sequence[str], *, globs: Sequence[str], hidden: bool, ignored: bool, counting: bool
) -> Nominated:
    """The files below `top` that may match `query` (flags of `ripgrep.matching`)."""
    levels = None if ignored else walk.levels_above(call.folders, top)
    arguments = ["--null", "--with-filename", "--count" if counting else "--files-with-matches"]
    arguments += ["--no-ignore"] if ignored else _OWN_RULES
    arguments += ["--hidden"] if hidden else []
    arguments += [f"--glob={glob}" for glob in globs]
    arguments += [] if ignored else ["--glob=!.git"]
    arguments += [f"--glob=!/{literal(path)}" for path in _closed(call.folders, top)]
    found = Nominated()
    given = _rules_file(call.folders, top) if levels is not None else -1
    try:
        if given >= 0:
            arguments.append(f"--ignore-file={ripgrep.descriptor_path(given)}")
        run = ripgrep.Run(
            call,
            [*arguments, *query, "--", "./"],
            folder=top.path,
            descriptors=(given,) if given >= 0 else (),
        )
        base = top.path[len(top.folder.path) + 1 :]
        for path, count in _records(run, counting):
            name = path.rpartition("/")[2]
            if is_temporary(name) or (levels is not None and _left_out(levels, base, path)):
                continue
            found.counts[path] = count
            if len(found.counts) % 256 == 0:
                call.progress(len(found.counts), None, f"{len(found.counts):,} files")
            if len(found.counts) >= MAX_FILES:
                found.complete = False
                break
        found.complete = found.complete and not run.late
    except NotADirectoryError:
        raise ToolError(f"Cannot search {top.path}: it was changed at this moment. Try again.") from None
    except FileNotFoundError:
        raise ToolError(f"Cannot search {top.path}: it is no longer there.") from None
    finally:
        if given >= 0:
            os.close(given)
    return found


def _records(run: ripgrep.Run, counting: bool) -> Iterator[tuple[str, int]]:
    """`./path NUL count LF` with --count, `./path NUL` with --files-with-matches."""
    record = re.compile(rb"([^\0]+)\0(\d+)\r?\n" if counting else rb"([^\0]+)\0()")  # a path may hold line ends
    rest = b""
    for chunk in run:
        rest += chunk
        end = 0
        for found in record.finditer(rest):
            path, count = found.groups()
            end = found.end()
            text = os.fsdecode(path.removeprefix(b"./"))
            yield (text.replace("\\", "/") if os.sep == "\\" else text), int(count or 1)
        rest = rest[end:]


def _closed(folders: Folders, top: Opened) -> list[str]:
    """Folders below `top` that are switched off, so that no time is spent on them."""
    start = len(top.path.rstrip(os.sep)) + 1
    return [row.path[start:].replace(os.sep, "/") for row in folders.rows_below(top.path) if row.access == "off"]


def literal(path: str) -> str:
    """A path as a glob that matches nothing else."""
    return "".join("\\" + char if char in "*?[]{}\\!" else char for char in path)


def _left_out(levels: ignore.Level, base: str, path: str) -> bool:
    """Whether the ignore files above the folder leave out `path` or a folder on the way to it."""
    at = base
    parts = path.split("/")
    for number, part in enumerate(parts, 1):
        at = f"{at}/{part}" if at else part
        if levels.ignores(part, at, number < len(parts)):
            return True
    return False


def _rules_file(folders: Folders, top: Opened) -> int:
    """A descriptor of a nameless file with the rules of the ignore files above `top`, as if they stood in it; -1 where the
    system has no such files: then what they leave out is searched in vain."""
    if sys.platform != "linux" or not ripgrep.DESCRIPTORS:
        return -1
    parts = top.path[len(top.folder.path) + 1 :].split("/")
    lines: list[str] = []
    for number in range(len(parts)):
        try:
            with opening.open_folder(folders, os.path.join(top.folder.path, *parts[:number])) as opened:
                if number and walk.holds_repository(opened):
                    lines = []
                lines += ignore.moved_down(walk.read_ignore_file(opened.fd) or "", parts[number:])
        except ToolError:
            continue
    fd = os.memfd_create("rules", os.MFD_CLOEXEC)
    os.write(fd, "\n".join(lines).encode("utf-8", "surrogateescape"))
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
