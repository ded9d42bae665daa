"""The packaged build: how soon its programs are there, beside the same from the checkout, and how large it is.

Taken on the packages that DOORKEEP_DIST names; without it they are built, once for a scratch folder.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.bridge.home import address
from tests.bench import drive
from tests.bench.figures_desktop_start import LOOKS, environment, until_painted
from tests.bench.ground import ROOT, Ground
from tests.bench.measure import Figure, compare, in_turn
from tests.bench.screen import Screen
from tests.fakes.packages import DIST
from tests.fakes.x_session import missing, x_session

ROUNDS = 15
BOUND = 30.0
OURS, SOURCE = "packaged", "checkout"
BRIDGE, GATEWAY, WINDOW = 80.0, 350.0, 600.0
"""Milliseconds."""
DEB, INSTALLED = 75.0, 200.0
"""Megabytes."""


def frozen(ground: Ground) -> Iterator[Figure]:
    """Starts of the three programs, and sizes."""
    dist = packages(ground)
    folder = dist / "onedir" / "doorkeep"
    yield bridge(ground, folder)
    yield gateway(ground, folder)
    if not missing():
        yield window(ground, folder)
    (deb,) = dist.glob("doorkeep_*.deb")
    yield Figure(".deb", deb.stat().st_size / 1e6, "MB", limit=DEB, of="ours")
    field = ["dpkg-deb", "--field", str(deb), "Installed-Size"]
    kibibytes = int(subprocess.run(field, check=True, capture_output=True, text=True, timeout=60).stdout)
    yield Figure(".deb, installed", kibibytes * 1024 / 1e6, "MB", limit=INSTALLED, of="ours")


def packages(ground: Ground) -> Path:
    """The folder of finished packages."""
    named = os.environ.get(DIST)
    if named:
        return Path(named)
    made = ground.scratch / "dist"
    if not list(made.glob("doorkeep_*.deb")):
        command = [sys.executable, "packaging/build.py", "--only", "deb", "--into", str(made)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    return made


def bridge(ground: Ground, folder: Path) -> Figure:
    """Spawn until `tools/list` is answered, with the gateway running."""
    arguments = ground.bridge[1:]
    ours = [str(folder / "doorkeep-bridge"), *arguments]
    with started([str(folder / "doorkeep"), "--inside", "app.gateway", "--home", str(ground.home)], ground):
        samples = in_turn(
            {
                OURS: lambda: drive.cold_start(ours, ground.env),
                SOURCE: lambda: drive.cold_start(ground.bridge, ground.env),
            },
            ROUNDS,
        )
    return limited("packaged bridge to tools/list", samples, BRIDGE)


def gateway(ground: Ground, folder: Path) -> Figure:
    """Spawn until its door is open."""
    commands = {
        OURS: [str(folder / "doorkeep"), "--inside", "app.gateway", "--home", str(ground.home)],
        SOURCE: ground.gateway_command(),
    }

    def rival(name: str) -> float:
        begun = time.perf_counter()
        with started(commands[name], ground):
            return time.perf_counter() - begun

    samples = in_turn({name: lambda name=name: rival(name) for name in commands}, ROUNDS)
    return limited("packaged gateway, door open", samples, GATEWAY)


def window(ground: Ground, folder: Path) -> Figure:
    """Spawn until the window is painted."""
    commands = {
        OURS: [str(folder / "doorkeep-tray"), "--here", "--home", str(ground.home)],
        SOURCE: [sys.executable, "-P", "-m", "app", "--home", str(ground.home)],
    }
    with (
        started([str(folder / "doorkeep"), "--inside", "app.gateway", "--home", str(ground.home)], ground),
        x_session(pixels=str(ground.scratch)) as session,
    ):
        screen = Screen(str(ground.scratch))
        env = environment(ground, session)
        samples = in_turn(
            {
                name: lambda name=name: until_painted(screen, env, commands[name], LOOKS["window"])[0]
                for name in commands
            },
            ROUNDS,
        )
        screen.close()
    return limited("packaged window painted", samples, WINDOW)


def limited(name: str, samples: dict[str, list[float]], limit: float) -> Figure:
    """A row whose limit is one of milliseconds."""
    figure = compare(name, samples, OURS, SOURCE, limit)
    figure.of = "ours"
    figure.note = f"best {min(samples[OURS]) * 1e3:.0f}, checkout {min(samples[SOURCE]) * 1e3:.0f}"
    return figure


def opens(door: str) -> bool:
    """Whether somebody listens there; a gateway that was ended leaves its door behind."""
    with socket.socket(socket.AF_UNIX) as knock:
        try:
            knock.connect(door)
        except OSError:
            return False
        return True


@contextmanager
def started(command: list[str], ground: Ground) -> Iterator[subprocess.Popen[bytes]]:
    """A gateway whose door is open; gone, with its door, at the end."""
    door = address(str(ground.home))
    with subprocess.Popen(command, cwd=ROOT, env=ground.env, stdin=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + BOUND
            while not opens(door):
                if process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"the gateway did not start: {command}")
                time.sleep(0.001)
            yield process
        finally:
            process.terminate()
            process.wait(BOUND)
