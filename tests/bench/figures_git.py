"""Git through the whole door, beside the git command line and the reference git server, on a large generated repository."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from servers.git.server import server
from servers.runtime import lists
from tests.bench import memory, peers
from tests.bench.drive import Driver
from tests.bench.ground import Ground, text
from tests.bench.measure import Figure, in_turn, timed

OURS, GIT, PEER = "doorkeep", "git", "mcp-server-git"
FILES, COMMITS = 4_500, 20_000
PLUS_MS = 5.0
"""How much longer than the command line a reading tool may take."""
WIDE_FILES = 200


def git(ground: Ground) -> Iterator[Figure]:
    """Each reading tool, a change of 10 MB, the list of tools, private memory."""
    large, wide = ground.folder / "git-large", ground.folder / "git-wide"
    large_repository(large)
    wide_repository(wide)
    bridge = [*ground.bridge[:-1], "git"]
    with ground.gateway() as gateway, Driver(bridge, ground.env).open() as ours, peer(ground, large) as theirs:
        for name, tool, arguments, command, rival in READS:
            yield reading(name, large, ours, theirs, (tool, arguments, command, rival))
        yield first_page(wide, ours)
        pid = next(pid for pid in memory.children(gateway.pid) if "servers.git" in command_line(pid))
        yield Figure("private memory, git server", memory.uss(pid), "MB", limit=20, of="ours")
    listed = [lists.tool_object(tool, short=server.short_list) for tool in server.tools.values()]
    size = len(lists.wire.encode(listed))
    yield Figure("git's list of tools", size / 1000, "kB", limit=9, of="ours")


Arguments = dict[str, object]
READS: list[tuple[str, str, Arguments, list[str], tuple[str, Arguments] | None]] = [
    ("status", "git_status", {}, ["status"], ("git_status", {})),
    ("log, 20 commits", "git_log", {}, ["log", "-n20"], ("git_log", {"max_count": 20})),
    ("log, 100 commits", "git_log", {"limit": 100}, ["log", "-n100"], ("git_log", {"max_count": 100})),
    ("log of a path", "git_log", {"paths": ["d00/file00000.txt"]}, ["log", "-n20", "--", "d00/file00000.txt"], None),
    ("show a commit", "git_show", {"rev": "HEAD"}, ["show", "HEAD"], ("git_show", {"revision": "HEAD"})),
    (
        "show a file",
        "git_show",
        {"rev": "HEAD~50", "path": "d00/file00000.txt"},
        ["show", "HEAD~50:d00/file00000.txt"],
        None,
    ),
    ("diff, working tree", "git_diff", {}, ["diff"], ("git_diff_unstaged", {})),
    ("diff of 20 commits", "git_diff", {"from": "HEAD~20", "to": "HEAD"}, ["diff", "HEAD~20", "HEAD"], None),
    (
        "blame",
        "git_blame",
        {"path": "d00/file00000.txt", "rev": "HEAD"},
        ["blame", "HEAD", "--", "d00/file00000.txt"],
        None,
    ),
    ("worktrees", "git_worktrees", {}, ["worktree", "list"], None),
]


def reading(
    name: str,
    where: Path,
    ours: Driver,
    theirs: Driver | None,
    ways: tuple[str, Arguments, list[str], tuple[str, Arguments] | None],
) -> Figure:
    """One tool beside the command line; the peer's median is in the note."""
    tool, arguments, command, rival = ways
    rivals: dict[str, Callable[[], float]] = {
        OURS: lambda: timed(lambda: ours.call(tool, {"repo": str(where), **arguments})),
        GIT: lambda: timed(lambda: cli(where, *command)),
    }
    if rival is not None and theirs is not None:
        peers_tool, peers_arguments = rival
        rivals[PEER] = lambda: timed(lambda: theirs.call(peers_tool, {"repo_path": str(where), **peers_arguments}))
    samples = in_turn(rivals, rounds=21, warmup=2)
    mine, cli_ms = median_ms(samples[OURS]), median_ms(samples[GIT])
    note = f"{PEER} {median_ms(samples[PEER]):.1f} ms" if PEER in samples else ""
    return Figure(f"git: {name}", mine, "ms", GIT, cli_ms, mine / cli_ms, limit=cli_ms + PLUS_MS, of="ours", note=note)


def first_page(where: Path, ours: Driver) -> Figure:
    """A change of 10 MB: our first page beside all of it from the command line."""
    samples = in_turn(
        {
            OURS: lambda: timed(lambda: ours.call("git_diff", {"repo": str(where), "max_chars": 40_000})),
            GIT: lambda: timed(lambda: cli(where, "diff")),
        },
        rounds=9,
    )
    mine, cli_ms = median_ms(samples[OURS]), median_ms(samples[GIT])
    return Figure("git: diff of 10 MB, first page", mine, "ms", GIT, cli_ms, mine / cli_ms, limit=1.3)


def median_ms(samples: list[float]) -> float:
    """The middle sample, in milliseconds."""
    return sorted(samples)[len(samples) // 2] * 1e3


def cli(where: Path, *command: str) -> None:
    """git as a program would run it: its output read whole."""
    subprocess.run(["git", "-C", str(where), "--no-pager", *command], check=True, stdout=subprocess.PIPE, timeout=120)


def command_line(pid: int) -> str:
    """What a process was started with."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


class peer:  # noqa: N801 - used as a function, in `with`
    """The reference git server over one repository, or None where it cannot be installed."""

    def __init__(self, ground: Ground, repository: Path) -> None:
        self._command = peers.git_server(ground.scratch)
        self._repository = repository
        self._driver: Driver | None = None

    def __enter__(self) -> Driver | None:
        if self._command:
            self._driver = Driver([*self._command, "--repository", str(self._repository)]).open()
        return self._driver

    def __exit__(self, *_: object) -> None:
        if self._driver is not None:
            self._driver.close()


def large_repository(where: Path) -> None:
    """FILES files and COMMITS commits, each of which changes a line or two; made once. A few files are changed and not staged."""
    if (where / ".git/whole").exists():
        return
    where.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(where)], check=True)
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=where, stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        for piece in history():
            importer.stdin.write(piece)
        importer.stdin.close()
    if importer.returncode:
        sys.exit("git fast-import failed")
    subprocess.run(["git", "-C", str(where), "reset", "-q", "--hard"], check=True)
    subprocess.run(["git", "-C", str(where), "gc", "-q"], check=True)
    for number in range(5):
        with (where / path_of(number * 100)).open("ab") as file:
            file.write(b"one more line\n")
    (where / ".git/whole").touch()


def path_of(number: int) -> str:
    """The path of one file of the large repository."""
    return f"d{number % 60:02}/file{number:05}.txt"


def history() -> Iterator[bytes]:
    """The stream for fast-import (git-fast-import(1)): one commit with all files, then small ones."""
    lines = text(400_000, 3).split(b"\n")
    contents = [lines[(number * 13) % 4000 :][:40] for number in range(FILES)]
    for commit in range(COMMITS):
        message = b"Change number %d" % commit
        yield b"commit refs/heads/main\ncommitter Alice <alice@example.org> %d +0000\ndata %d\n%b\n" % (
            1_600_000_000 + commit * 3600,
            len(message),
            message,
        )
        touched = range(FILES) if not commit else [(commit * 7919 + step) % FILES for step in range(commit % 3 + 1)]
        for number in touched:
            if commit:
                contents[number][commit % 40] = b"line changed by commit %d" % commit
            content = b"\n".join(contents[number]) + b"\n"
            yield b"M 100644 inline %b\ndata %d\n%b\n" % (path_of(number).encode(), len(content), content)


def wide_repository(where: Path) -> None:
    """A working tree in which 10 MB of text were changed; made once."""
    if (where / ".git/whole").exists():
        return
    where.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(where)], check=True)
    for state in (1, 2):
        for number in range(WIDE_FILES):
            (where / f"wide{number:03}.txt").write_bytes(text(50_000, number * 10 + state))
        if state == 1:
            who = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org"]
            subprocess.run(["git", "-C", str(where), "add", "-A"], check=True)
            subprocess.run(["git", "-C", str(where), *who, "commit", "-qm", "Begin"], check=True)
    (where / ".git/whole").touch()
