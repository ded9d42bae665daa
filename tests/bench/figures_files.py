"""Pages of folders and files, and changes: beside the bare system calls, `sed` and the reference server."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator

from tests.bench import peers
from tests.bench.drive import Driver
from tests.bench.ground import Ground, text
from tests.bench.measure import Figure, compare, in_turn, quantile, timed

OURS, NODE = "doorkeep", "node server"
LINE = 3_000_000


def pages(ground: Ground) -> Iterator[Figure]:
    """First page, tail, cursor page and a line far inside, of files of every size; the first page of a wide folder."""
    wide = ground.folder / "wide"
    wide.mkdir(exist_ok=True)
    for number in range(10_000):
        (wide / f"entry{number:05}.txt").touch()
    sparse = ground.folder / "sparse.bin"
    with open(sparse, "wb") as file:
        file.truncate(5 * 10**9)
    one_line = ground.write("one-line.txt", b"x" * 20_000_000)
    long = ground.write("long.txt", text(300_000_000, 4))
    with ground.gateway(), ground.client() as ours:
        listing = in_turn(
            {
                OURS: lambda: timed(lambda: ours.call("list_directory", {"path": str(wide)})),
                "scandir + stat": lambda: timed(lambda: [entry.stat() for entry in os.scandir(wide)]),
            },
            rounds=15,
        )
        yield compare("first page of 10,000 entries", listing, OURS, "scandir + stat", 1.5)
        for name, path in (("5 GB sparse", sparse), ("one line of 20 MB", one_line), ("300 MB of lines", long)):
            first: dict[str, object] = {"path": str(path)}
            yield page(f"first page, {name}", ours, first)
            yield page(f"tail, {name}", ours, {**first, "start": -50})
            cursor = next_cursor(ours.result("read_file", first))
            if cursor:
                yield page(f"cursor page, {name}", ours, {**first, "cursor": cursor})
        sed = [shutil.which("sed") or "sed", "-n", f"{LINE}{{p;q}}", str(long)]
        steps = itertools.count()
        inside = in_turn(
            {
                # another line each time, and a file touched each time: no answer comes from a remembered position
                OURS: lambda: far_inside(ours, str(long), LINE + next(steps) % 7),
                "sed -n Np": lambda: timed(lambda: subprocess.run(sed, check=True, stdout=subprocess.DEVNULL)),
            },
            rounds=9,
        )
        yield compare(f"line {LINE:,} of 300 MB", inside, OURS, "sed -n Np", 1.5)
    for path in (sparse, one_line, long):
        path.unlink()


def page(name: str, ours: Driver, arguments: dict[str, object]) -> Figure:
    """The median of twenty reads of one page, against five milliseconds."""
    ours.call("read_file", arguments)
    taken = sorted(timed(lambda: ours.call("read_file", arguments)) for _ in range(20))
    return Figure(name, quantile(taken, 0.5) * 1e3, "ms", limit=5, of="ours")


def next_cursor(result: dict[str, object]) -> str | None:
    """The cursor that a page's header names."""
    content = result["content"]
    assert isinstance(content, list)
    header = str(content[0]["text"]).split("\n", 1)[0]
    return next((word.removeprefix("next=") for word in header.split() if word.startswith("next=")), None)


def far_inside(ours: Driver, path: str, line: int) -> float:
    """Seconds one line deep in a file takes, with nothing remembered of it."""
    os.utime(path)
    return timed(lambda: ours.call("read_file", {"path": path, "start": line, "lines": 1}))


def changes(ground: Ground) -> Iterator[Figure]:
    """A new file (ours durable, with before-image and journal), and one line changed in 1 MiB."""
    content = text(2048, 5).decode()
    numbers = itertools.count()
    node_command = [*peers.node_filesystem(ground.scratch), str(ground.folder)]
    for name in ("new-ours", "new-node"):
        shutil.rmtree(ground.folder / name, ignore_errors=True)
        (ground.folder / name).mkdir()
    body = text(1 << 20, 6)
    middle = body.find(b"\n", len(body) // 2) + 1
    edited = body[:middle] + b"line number 0\n" + body[middle:]
    ours_file, node_file = ground.write("edit-ours.txt", edited), ground.write("edit-node.txt", edited)
    with ground.gateway(), ground.client() as ours, Driver(node_command) as node:
        node.open()

        def create(driver: Driver, folder: str) -> float:
            path = str(ground.folder / folder / f"f{next(numbers)}.txt")
            return timed(lambda: driver.call("write_file", {"path": path, "content": content}))

        fresh = in_turn(
            {OURS: lambda: create(ours, "new-ours"), NODE: lambda: create(node, "new-node")}, rounds=200, warmup=5
        )
        yield compare("new file of 2 KiB", fresh, OURS, NODE, 2.0, note="ours durable and undoable, theirs neither")
        steps = {OURS: itertools.count(), NODE: itertools.count()}

        def edit(driver: Driver, name: str, path: str, old: str, new: str) -> float:
            step = next(steps[name])
            change = {old: f"line number {step}\n", new: f"line number {step + 1}\n"}
            return timed(lambda: driver.call("edit_file", {"path": path, "edits": [change]}))

        edits = in_turn(
            {
                OURS: lambda: edit(ours, OURS, str(ours_file), "old", "new"),
                NODE: lambda: edit(node, NODE, str(node_file), "oldText", "newText"),
            },
            rounds=15,
        )
        yield compare("edit in 1 MiB", edits, OURS, NODE, 0.3)
