"""What the door costs while nothing happens: memory of each program, processor time, wake-ups."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench import memory
from tests.bench.ground import Ground, text
from tests.bench.measure import Figure

SECONDS = 60.0


def idle(ground: Ground) -> Iterator[Figure]:
    """Private memory after a call, then a minute of doing nothing."""
    path = str(ground.write("small.txt", text(1024, 2)))
    with ground.gateway() as gateway, ground.client() as ours:
        for _ in range(50):
            ours.call("read_file", {"path": path})
        (server,) = memory.children(gateway.pid)
        pids = {"bridge": ours.process.pid, "gateway": gateway.pid, "filesystem server": server}
        for (name, pid), limit in zip(pids.items(), (6, 25, 20), strict=True):
            yield Figure(f"private memory, {name}", memory.uss(pid), "MB", limit=limit, of="ours")
        time.sleep(3)
        before = {name: (memory.cpu(pid), memory.switches(pid)) for name, pid in pids.items()}
        time.sleep(SECONDS)
        after = {name: (memory.cpu(pid), memory.switches(pid)) for name, pid in pids.items()}
        spent = sum(after[name][0] - before[name][0] for name in pids)
        yield Figure("idle processor time, all three", 100 * spent / SECONDS, "%", limit=0.1, of="ours")
        for name, limit in (("bridge", 0.0), ("gateway", 1.0), ("filesystem server", 1.0)):
            rate = (after[name][1] - before[name][1]) / SECONDS
            yield Figure(f"idle wake-ups, {name}", rate, "1/s", limit=limit, of="ours")
