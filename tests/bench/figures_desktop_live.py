"""What a person sees of calls as they happen: how soon a row and an asking card are painted, and that the screen never stands still.

A real client calls through the bridge and the gateway; the moments come from the tray program's own Paint events.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import memory
from tests.bench.desk import Desk, desk
from tests.bench.drive import Driver
from tests.bench.figures_desktop_start import environment
from tests.bench.ground import Ground, text
from tests.bench.measure import Figure, quantile
from tests.bench.million import million
from tests.fakes.x_session import x_session

CALLS = 200
EVERY = 0.05
"""Seconds between two calls whose rows are waited for."""
QUESTIONS = 40
PER_SECOND = 500
SECONDS = 20.0
LATE = 0.95
BARE_LOOP = """
import sys, time
end, worst = time.monotonic() + float(sys.argv[1]), 0.0
while (before := time.monotonic()) < end:
    time.sleep(0.005)
    worst = max(worst, time.monotonic() - before - 0.005)
print(worst * 1e3)
"""
"""How long the machine itself lets a program wait meanwhile: what no program can do better."""


def live(ground: Ground) -> Iterator[Figure]:
    """Rows, cards, and stalls while 500 calls a second come: in a log of a million calls."""
    home = million(ground.scratch / "million")
    (home / "doorkeep.toml").write_text(settings(ground.folder))
    path = str(ground.write("small.txt", text(1024, 2)))
    bridge = [*ground.bridge[:1], "--home", str(home), "filesystem"]
    with ground.gateway(home), x_session() as session, desk(str(home), environment(ground, session)) as app:
        app.do("switch", "activity")
        app.do("settle")
        with Driver(bridge, ground.env).open() as client:
            client.call("read_file", {"path": path})
            yield from rows(app, client, path)
            yield from stalls(app, client, path)
            yield from searching(app, client, path)
        with Driver(bridge, ground.env).open() as client:
            yield from cards(app, client, ground.folder / "asked")


def settings(folder: Path) -> str:
    """One folder that may be written, and in it one where each change asks."""
    (folder / "asked").mkdir(parents=True, exist_ok=True)
    return (
        f'[[folders]]\npath = "{folder}"\naccess = "write"\n[[folders]]\npath = "{folder}/asked"\naccess = "ask"\n'
        "[limits]\ncalls_per_minute = 100000000\n"
    )


def rows(app: Desk, client: Driver, path: str) -> Iterator[Figure]:
    """From the client's sending to the row's first picture."""
    time.sleep(1)
    newest = app.do("rows")
    sent: list[float] = []
    for _ in range(CALLS):
        sent.append(time.monotonic())
        client.call("read_file", {"path": path})
        time.sleep(max(0.0, sent[-1] + EVERY - time.monotonic()))
    time.sleep(1)
    seen = app.do("seen")
    taken = [seen[str(newest + 1 + number)] - moment for number, moment in enumerate(sent)]
    note = f"median {quantile(taken, 0.5) * 1e3:.0f}"
    yield Figure("row painted after the call, p95", quantile(taken, LATE) * 1e3, "ms", limit=150, of="ours", note=note)


def stalls(app: Desk, client: Driver, path: str) -> Iterator[Figure]:
    """The longest time that Qt's loop is away while the log is followed and 500 calls a second come."""
    app.do("watch")
    with subprocess.Popen([sys.executable, "-c", BARE_LOOP, str(SECONDS)], stdout=subprocess.PIPE) as bare:
        spent = memory.processor(app.process.pid)
        rate = pour(client, path, SECONDS)
        spent = memory.processor(app.process.pid) - spent
        wall, processor = app.do("worst")
        theirs = float(bare.communicate(timeout=60)[0])
    note = f"{rate:.0f} calls/s, processor time in one {processor:.0f} ms, of the whole program {100 * spent / SECONDS:.0f} %"
    name = "longest stall while calls pour in"
    yield Figure(name, wall, "ms", "bare loop", theirs, wall / theirs, limit=50, of="ours", note=note)


def searching(app: Desk, client: Driver, path: str) -> Iterator[Figure]:
    """The same while a word is looked for in the whole log, over and over."""
    pouring = threading.Thread(target=pour, args=(client, path, SECONDS))
    pouring.start()
    app.do("worst")
    while pouring.is_alive():
        app.do("search", "quokkaberry")
    wall, processor = app.do("worst")
    pouring.join()
    app.do("search", "")
    note = f"processor time in one {processor:.0f} ms"
    yield Figure("longest stall, calls and a search", wall, "ms", limit=50, of="ours", note=note)


def pour(client: Driver, path: str, seconds: float) -> float:
    """Calls at an even pace, several in flight; gives how many a second there were."""
    line = client.request("tools/call", {"name": "read_file", "arguments": {"path": path}})
    begun = time.monotonic()
    sent = answered = 0
    while (now := time.monotonic() - begun) < seconds:
        due = int(now * PER_SECOND) - sent
        if due > 0:
            client.send(line * due)
            sent += due
            while answered < sent:
                client.line()
                answered += 1
        time.sleep(0.004)
    return sent / (time.monotonic() - begun)


def cards(app: Desk, client: Driver, folder: Path) -> Iterator[Figure]:
    """From the client's sending to the asking card's picture of it; each question is denied before the next."""
    app.do("cards")
    taken: list[float] = []
    for number in range(QUESTIONS):
        before = set(app.do("seen"))
        begun = time.monotonic()
        client.send(
            client.request(
                "tools/call", {"name": "write_file", "arguments": {"path": f"{folder}/n{number}.txt", "content": "x"}}
            )
        )
        while not (new := set(app.do("seen")) - before):
            if time.monotonic() - begun > 20:
                raise SystemExit("no card came")
            time.sleep(0.02)
        taken.append(app.do("seen")[new.pop()] - begun)
        app.do("deny")
        client.line()
    note = f"median {quantile(taken, 0.5) * 1e3:.0f}"
    yield Figure("asking card painted, p95", quantile(taken, LATE) * 1e3, "ms", limit=150, of="ours", note=note)
