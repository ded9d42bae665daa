"""How soon tray icon and window are painted after the program's start, beside a bare Qt program."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.ui.kit.theme import LIGHT
from tests.bench import memory
from tests.bench.ground import ROOT, Ground
from tests.bench.measure import Figure, compare, in_turn
from tests.bench.screen import Screen
from tests.fakes.x_session import XSession, x_session

ROUNDS = 15
BARE_TRAY = """
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
app = QApplication([])
drawing = QPixmap(24, 24)
drawing.fill("#ff0000")
tray = QSystemTrayIcon(QIcon(drawing))
tray.show()
app.exec()
"""
BARE_WINDOW = """
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
app.setPalette(QPalette("#ff0000"))
window = QWidget()
window.resize(1080, 720)
window.show()
app.exec()
"""
TRAY = (0, 860, 300, 900)
"""Where the tray host's panel lies on the screen."""
MIDDLE = (240, 200, 1040, 700)
"""Within the window wherever the window manager puts it."""
Look = tuple[str, tuple[int, int, int, int], int, int]
"""A colour, where, on how many pixels, of every how many."""
LOOKS: dict[str, Look] = {
    "tray": ("#2b2a27", TRAY, 8, 1),
    "bare Qt tray": ("#ff0000", TRAY, 8, 1),
    "window": (LIGHT.window, MIDDLE, 200, 16),
    "bare Qt window": ("#ff0000", MIDDLE, 200, 16),
}
LIMITS = {"tray": (300.0, 300 / 126), "window": (450.0, 450 / 230)}
"""Milliseconds, and what they are of a bare program's on the machine that the limits were set on."""


def environment(ground: Ground, session: XSession) -> dict[str, str]:
    """The session's, with byte code kept in the scratch folder: as on a machine where the program was started before."""
    kept = {name: value for name, value in session.environment().items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(ground.scratch / "bytecode"), "QT_SCALE_FACTOR": "1"}


def starts(ground: Ground) -> Iterator[Figure]:
    """Time and processor time from start to the first painted pixels."""
    ours = [sys.executable, "-P", "-m", "app", "--home", str(ground.home)]
    commands = {
        "tray": [*ours, "--background"],
        "bare Qt tray": [sys.executable, "-c", BARE_TRAY],
        "window": ours,
        "bare Qt window": [sys.executable, "-c", BARE_WINDOW],
    }
    with ground.gateway(), x_session(pixels=str(ground.scratch)) as session:
        screen = Screen(str(ground.scratch))
        env = environment(ground, session)
        spent: dict[str, list[float]] = {name: [] for name in commands}

        def rival(name: str) -> Callable[[], float]:
            def sample() -> float:
                took, processor = until_painted(screen, env, commands[name], LOOKS[name])
                spent[name].append(processor)
                return took

            return sample

        taken = in_turn({name: rival(name) for name in commands}, ROUNDS)
        screen.close()
    processor = {name: samples[-ROUNDS:] for name, samples in spent.items()}
    for name, (limit, times) in LIMITS.items():
        figure = compare(f"{name} painted after start", taken, name, f"bare Qt {name}", limit)
        figure.of = "ours"
        figure.note = f"best {min(taken[name]) * 1e3:.0f}, bare {min(taken[f'bare Qt {name}']) * 1e3:.0f}"
        yield figure
        yield compare(f"{name} painted, processor time until then", processor, name, f"bare Qt {name}", times)


def until_painted(screen: Screen, env: dict[str, str], command: list[str], look: Look) -> tuple[float, float]:
    """Seconds from the program's start until it is seen on the screen, and its processor time until then."""
    colour, box, _, step = look
    while screen.has(colour, box, 1, step):
        time.sleep(0.01)  # the one before has not left the screen yet
    begun = time.perf_counter()
    with running(command, env) as process:
        screen.wait_for(*look)
        took = time.perf_counter() - begun
        return took, memory.processor(process.pid)


@contextmanager
def running(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The program, ended at the end."""
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
