"""Names and contents, beside `fd` and `rg` with the same flags: the first page and the full count."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from tests.bench import peers
from tests.bench.ground import Ground, tree
from tests.bench.measure import Figure, compare, in_turn, timed

OURS = "doorkeep"


def run(*command: str) -> float:
    """Seconds a program takes whole, its output read; 1 is `nothing found`."""
    return timed(lambda: subprocess.run(command, check=False, stdout=subprocess.PIPE, timeout=60))


def search(ground: Ground) -> Iterator[Figure]:
    """Names in 100,000 files, contents of 21,000."""
    names, contents = ground.folder / "names", ground.folder / "contents"
    tree(names, files=100_000, per_folder=100, size=0)
    tree(contents, files=21_000, per_folder=50, size=10_000)
    fd, rg = peers.program("fd", "fdfind"), peers.program("rg")
    with ground.gateway(), ground.client() as ours:

        def ask(**arguments: object) -> float:
            return timed(lambda: ours.call("search_files", arguments))

        if fd:
            for what, output in (("first page", "files"), ("full count", "count")):
                samples = in_turn(
                    {
                        OURS: lambda output=output: ask(
                            query="*99*.md", path=str(names), names=True, output=output, hidden=True
                        ),
                        "fd": lambda: run(fd, "--hidden", "--glob", "*99*.md", str(names)),
                    },
                    rounds=7,
                )
                yield compare(f"names in 100,000, {what}", samples, OURS, "fd", 1.2)
        if rg:
            for what, output, flags in (
                ("first page", "matches", ["-n"]),
                ("files", "files", ["-l"]),
                ("full count", "count", ["--count-matches"]),
            ):
                samples = in_turn(
                    {
                        OURS: lambda output=output: ask(
                            query="needle in file", path=str(contents), output=output, hidden=True
                        ),
                        "rg": lambda flags=flags: run(rg, "--hidden", "-F", *flags, "needle in file", str(contents)),
                    },
                    rounds=7,
                )
                yield compare(f"contents of 21,000, {what}", samples, OURS, "rg", 1.5)
