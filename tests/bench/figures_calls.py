"""Starts and calls: what a person waits for before the first answer, and at each one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import drive, peers
from tests.bench.drive import Driver
from tests.bench.ground import ROOT, Ground, text
from tests.bench.measure import Figure, compare, in_turn, quantile, timed

OURS, NODE, PUMP = "doorkeep", "node server", "bare pump"


def starts(ground: Ground) -> Iterator[Figure]:
    """Spawn until `tools/list` is answered, with and without a gateway running."""
    node = [*peers.node_filesystem(ground.scratch), str(ground.folder)]
    with ground.gateway():
        samples = in_turn(
            {OURS: lambda: drive.cold_start(ground.bridge, ground.env), NODE: lambda: drive.cold_start(node)}, rounds=15
        )
    yield compare("cold start to tools/list", samples, OURS, NODE, 0.22)
    first = in_turn({OURS: lambda: first_ever(ground), NODE: lambda: drive.cold_start(node)}, rounds=7)
    figure = compare("first ever start, no gateway", first, OURS, NODE, 600)
    figure.of = "ours"
    yield figure


def first_ever(ground: Ground) -> float:
    """Seconds until the first answer in a home that never saw a gateway, which is then ended."""
    home = ground.scratch / "first"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700)
    command = [ground.bridge[0], "--home", str(home), "filesystem"]
    taken = drive.cold_start(command, ground.env)
    stop = [str(ROOT / sys.executable).replace("python", "doorkeep"), "--home", str(home), "stop"]
    stop[0] = os.path.join(os.path.dirname(sys.executable), "doorkeep")
    subprocess.run(stop, env=ground.env, check=True, timeout=30, stdout=subprocess.DEVNULL)
    return taken


@contextmanager
def pumped(ground: Ground) -> Iterator[Driver]:
    """Our filesystem server behind the bare pump."""
    socket = str(ground.scratch / "pump.sock")
    if os.path.exists(socket):
        os.unlink(socket)
    here = str(ROOT / "tests/bench/pump.py")
    server = [sys.executable, "-m", "servers.filesystem", "--folder", f"{ground.folder}=write"]
    with subprocess.Popen([sys.executable, here, "gateway", socket, *server], cwd=ROOT) as gateway:
        try:
            end = time.monotonic() + 10
            while not os.path.exists(socket) and time.monotonic() < end:
                time.sleep(0.01)
            with Driver([sys.executable, here, "bridge", socket]) as driver:
                yield driver.open()
        finally:
            gateway.send_signal(signal.SIGTERM)
            gateway.wait(10)


def calls(ground: Ground) -> Iterator[Figure]:
    """A read of 1 KiB, one at a time and with 64 in flight; a read of 1 MiB."""
    small = {"path": str(ground.write("small.txt", text(1024, 2)))}
    large = {"path": str(ground.write("large.txt", text(1 << 20, 3)))}
    whole = {**large, "max_chars": 4_000_000}
    node_command = [*peers.node_filesystem(ground.scratch), str(ground.folder)]
    with ground.gateway(), ground.client() as ours, Driver(node_command) as node, pumped(ground) as pump:
        node.open()
        rivals = {
            OURS: lambda: ours.call("read_file", small),
            NODE: lambda: node.call("read_text_file", small),
            PUMP: lambda: pump.call("read_file", small),
        }
        for call in rivals.values():
            for _ in range(200):
                call()
        single: dict[str, list[float]] = {name: [] for name in rivals}

        def block(name: str) -> float:
            taken = [timed(rivals[name]) for _ in range(100)]
            single[name] += taken
            return quantile(taken, 0.5)

        samples = in_turn({name: lambda name=name: block(name) for name in rivals}, rounds=30)
        yield compare("1 KiB read, p50", samples, OURS, NODE, 1.0)
        yield compare("1 KiB read, p50", samples, OURS, PUMP, 1.25)
        p50, p99 = quantile(single[OURS], 0.5), quantile(single[OURS], 0.99)
        yield Figure("1 KiB read, p99 to p50", p99 * 1e3, "ms", "own p50", p50 * 1e3, p99 / p50, 3.0)
        flood = in_turn(
            {
                OURS: lambda: 1 / ours.many("read_file", small, 3000, 64),
                NODE: lambda: 1 / node.many("read_text_file", small, 3000, 64),
            },
            rounds=5,
        )
        figure = compare("1 KiB read, 64 in flight", flood, OURS, NODE, None)
        figure.ours, figure.theirs = 1e3 / figure.ours, 1e3 / (figure.theirs or 1)
        figure.unit, figure.limit, figure.of, figure.at_least = "calls/s", 6000, "ours", True
        figure.ratio = 1 / (figure.ratio or 1)
        yield figure
        big = in_turn(
            {
                OURS: lambda: timed(lambda: ours.call("read_file", whole)),
                NODE: lambda: timed(lambda: node.call("read_text_file", large)),
            },
            rounds=20,
        )
        yield compare("1 MiB read", big, OURS, NODE, 0.5)
