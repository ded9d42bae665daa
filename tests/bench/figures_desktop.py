"""The desktop app in an X session of its own: how soon tray and window are there, beside a bare Qt program, and what hiding costs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench import memory
from tests.bench.ground import ROOT, Ground
from tests.bench.measure import Figure, compare, in_turn
from tests.fakes.x_session import Box, XSession, missing, x_session

ROUNDS = 12
SECONDS = 60.0
BARE_TRAY = """
import sys
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
app = QApplication([])
drawing = QPixmap(24, 24)
drawing.fill("red")
tray = QSystemTrayIcon(QIcon(drawing))
tray.show()
app.exec()
"""
BARE_WINDOW = """
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.resize(1080, 720)
window.show()
app.exec()
"""


def desktop(ground: Ground) -> Iterator[Figure]:
    """Start, memory and wake-ups. Nothing where there is no X session to be had."""
    if missing():
        print(f"no figures of the desktop: {', '.join(missing())} not installed", file=sys.stderr)
        return
    ours = [sys.executable, "-P", "-m", "app", "--home", str(ground.home)]
    with ground.gateway(), x_session() as session:
        rivals: dict[str, Callable[[], float]] = {
            "tray": lambda: until_shown(session, [*ours, "--background"], is_icon),
            "bare Qt tray": lambda: until_shown(session, [sys.executable, "-c", BARE_TRAY], is_icon),
            "window": lambda: until_shown(session, ours, is_window),
            "bare Qt window": lambda: until_shown(session, [sys.executable, "-c", BARE_WINDOW], is_window),
        }
        samples = in_turn(rivals, ROUNDS)
        for name, limit in (("tray", 300.0), ("window", 450.0)):
            figure = compare(f"{name} shown after start", samples, name, f"bare Qt {name}", limit)
            figure.of = "ours"
            yield figure
        yield from hidden(session, [*ours, "--background"])


def hidden(session: XSession, command: list[str]) -> Iterator[Figure]:
    """The tray program with its window closed."""
    with running(session, command) as process:
        wait_for(session, process, is_icon)
        time.sleep(20)  # what starts a moment later has started, and idle workers have gone
        yield Figure("tray program, proportional memory", memory.pss(process.pid), "MB", limit=80, of="ours")
        before = memory.cpu(process.pid), memory.switches(process.pid)
        time.sleep(SECONDS)
        spent = memory.cpu(process.pid) - before[0]
        woken = memory.switches(process.pid) - before[1]
        yield Figure("tray program hidden, processor time", 100 * spent / SECONDS, "%", limit=0.1, of="ours")
        yield Figure("tray program hidden, wake-ups", woken / SECONDS, "1/s", limit=2.0, of="ours")


def is_icon(box: Box) -> bool:
    """In the tray host's panel, at the bottom of the screen."""
    return box.width < 64 and box.y > 800


def is_window(box: Box) -> bool:
    """The window."""
    return box.width >= 760


def until_shown(session: XSession, command: list[str], fits: Callable[[Box], bool]) -> float:
    """Seconds from the program's start until its window is mapped, as seen from outside."""
    begun = time.perf_counter()
    with running(session, command) as process:
        wait_for(session, process, fits)
        return time.perf_counter() - begun


def wait_for(session: XSession, process: subprocess.Popen[bytes], fits: Callable[[Box], bool]) -> None:
    """Raises SystemExit where it does not come."""
    end = time.monotonic() + 30
    while session.window(process.pid, fits) is None:
        if time.monotonic() > end:
            raise SystemExit("nothing was shown")


@contextmanager
def running(session: XSession, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The program, ended at the end."""
    process = subprocess.Popen(command, cwd=ROOT, env=session.environment(), stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
