"""Servers of others behind the door: what a call costs beside the same server direct, a list without it, and doing nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec

from tests.bench import drive, memory
from tests.bench.drive import Driver
from tests.bench.ground import ROOT, Ground
from tests.bench.measure import Figure, in_turn, quantile, timed
from tests.fakes.hostile_server import TOOLS

SERVER = str(ROOT / "tests/fakes/hostile_server.py")
COMMAND = [sys.executable, SERVER, "fine"]
SLOW_SECONDS = 3
SLOW = ["sh", "-c", f'sleep {SLOW_SECONDS}; exec "$0" "$1" fine', sys.executable, SERVER]
MANY = 15
OURS, DIRECT = "doorkeep", "direct"


def set_up(ground: Ground) -> None:
    """The servers `quick`, `slow` and fifteen more, as accepted."""
    settings = ground.home / "doorkeep.toml"
    servers = {"quick": COMMAND, "slow": SLOW, **{f"idle-{number}": COMMAND for number in range(MANY)}}
    pins = ground.home / "pins"
    pins.mkdir(exist_ok=True)
    facts = {"name": "fine", "version": "1", "capabilities": {"tools": {}, "logging": {}}}
    pin = msgspec.json.encode({"server": facts, "tools": TOOLS, "protocol": "2025-11-25"})
    text = settings.read_text()
    for name, command in servers.items():
        (pins / f"{name}.json").write_bytes(pin)
        if f"[servers.{name}]" not in text:
            arguments = msgspec.json.encode(command[1:]).decode()  # a JSON array of plain strings is one of TOML's too
            text += f'\n[servers.{name}]\ncommand = "{command[0]}"\nargs = {arguments}\n'
    settings.write_text(text)


def bridge(ground: Ground, server: str) -> list[str]:
    """The command line of a client's entry for a server."""
    return [ground.bridge[0], "--home", str(ground.home), server]


def command(ground: Ground) -> Iterator[Figure]:
    """Added latency of a call, the list of a server that takes seconds to start, and fifteen servers that nobody uses."""
    set_up(ground)
    with ground.gateway() as gateway:
        with Driver(bridge(ground, "quick"), ground.env) as ours, Driver(COMMAND) as direct:
            rivals = {OURS: ours.open(), DIRECT: direct.open()}
            for rival in rivals.values():
                for _ in range(200):
                    rival.call("pid", {})
            samples = in_turn(
                {
                    name: lambda rival=rival: quantile([timed(lambda: rival.call("pid", {})) for _ in range(100)], 0.5)
                    for name, rival in rivals.items()
                },
                rounds=30,
            )
        medians = {name: quantile(taken, 0.5) * 1e3 for name, taken in samples.items()}
        added = medians[OURS] - medians[DIRECT]
        yield Figure("command server, added to a call, p50", added, "ms", DIRECT, medians[DIRECT], limit=0.3, of="ours")
        starts = sorted(drive.cold_start(bridge(ground, "slow"), ground.env) for _ in range(9))
        yield Figure("tools/list of a slow command server", starts[4] * 1e3, "ms", limit=60, of="ours")
        yield from fifteen(ground, gateway.pid)


def fifteen(ground: Ground, gateway: int) -> Iterator[Figure]:
    """Clients that have listed the tools of fifteen servers and called none of them."""
    with ExitStack() as stack:
        bridges = [stack.enter_context(Driver(bridge(ground, f"idle-{number}"), ground.env)) for number in range(MANY)]
        for one in bridges:
            one.open().ask("tools/list", {})
        others = len(memory.children(gateway)) + sum(len(memory.children(one.process.pid)) for one in bridges)
        yield Figure(f"{MANY} idle command servers, processes beside the bridges", others, "", limit=0, of="ours")
        each = quantile([memory.uss(one.process.pid) for one in bridges], 0.5)
        yield Figure("private memory of one of their bridges", each, "MB", limit=6, of="ours")
