"""The tray program with its window closed: how soon a click on the icon shows it, and what it costs meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from tests.bench import memory
from tests.bench.desk import Desk, desk
from tests.bench.figures_desktop_pages import PAGES
from tests.bench.figures_desktop_start import LOOKS, environment, running
from tests.bench.ground import Ground
from tests.bench.measure import Figure, quantile
from tests.bench.screen import Screen
from tests.fakes.x_session import Box, XSession, x_session

STARTS = 7
AGAIN = 8
SECONDS = 60.0
SETTLED = 20.0
"""After so many seconds what starts a moment later has started, and idle workers have gone."""
BARE = """
from PySide6.QtGui import QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget
app = QApplication([])
app.setPalette(QPalette("#ff0000"))
app.setQuitOnLastWindowClosed(False)
drawing = QPixmap(24, 24)
drawing.fill("#ff0000")
tray = QSystemTrayIcon(QIcon(drawing))
made = []

def toggle():
    if not made:
        made.append(QWidget())
        made[0].resize(1080, 720)
    made[0].setVisible(not made[0].isVisible())

tray.activated.connect(toggle)
tray.show()
app.exec()
"""


def hidden(ground: Ground) -> Iterator[Figure]:
    """Never opened; then all pages opened and the window closed again; then by a click on the icon."""
    with ground.gateway(), x_session(pixels=str(ground.scratch)) as session:
        screen = Screen(str(ground.scratch))
        env = environment(ground, session)
        with desk(str(ground.home), env, "--background") as app:
            screen.wait_for(*LOOKS["tray"])
            yield from resting("tray program hidden", app)
            for page in PAGES:
                app.do("switch", page)
                app.do("settle")
            app.do("close")
            yield from resting("tray program hidden after all pages", app)
        yield from opening(ground, session, screen)
        screen.close()


def resting(name: str, app: Desk) -> Iterator[Figure]:
    """Memory, processor time and wake-ups of a process while nothing happens."""
    pid = app.process.pid
    time.sleep(SETTLED)
    yield Figure(f"{name}, proportional memory", memory.pss(pid), "MB", limit=80, of="ours")
    before = memory.cpu(pid), memory.switches(pid)
    time.sleep(SECONDS)
    spent, woken = memory.cpu(pid) - before[0], memory.switches(pid) - before[1]
    yield Figure(f"{name}, processor time", 100 * spent / SECONDS, "%", limit=0.1, of="ours")
    yield Figure(f"{name}, wake-ups", woken / SECONDS, "1/s", limit=2.0, of="ours")


def opening(ground: Ground, session: XSession, screen: Screen) -> Iterator[Figure]:
    """From the click to the painted window; the click itself, by xdotool, is in both."""
    env = environment(ground, session)
    ours: dict[str, list[float]] = {"first": [], "again": []}
    bare: dict[str, list[float]] = {"first": [], "again": []}
    for _ in range(STARTS):
        with desk(str(ground.home), env, "--background") as app:
            icon = the_icon(session, screen, app.process.pid, "tray")
            time.sleep(5)  # nobody clicks before what loads a moment after the start is there
            app.do("settle")
            for number in range(AGAIN):
                ours["again" if number else "first"].append(clicked(session, screen, icon, "window"))
                app.do("settle")
                app.do("close")
                gone(screen, "window")
        with running([sys.executable, "-c", BARE], env) as process:
            icon = the_icon(session, screen, process.pid, "bare Qt tray")
            time.sleep(1)
            for number in range(AGAIN):
                bare["again" if number else "first"].append(clicked(session, screen, icon, "bare Qt window"))
                session.click(icon.x + icon.width // 2, icon.y + icon.height // 2)
                gone(screen, "bare Qt window")
    for what in ("first", "again"):
        mine, theirs = quantile(ours[what], 0.5), quantile(bare[what], 0.5)
        figure = Figure(
            f"window from the tray, {what}", mine * 1e3, "ms", "bare Qt window", theirs * 1e3, mine / theirs
        )
        figure.limit, figure.of = 100.0, "ours"
        figure.note = f"best {min(ours[what]) * 1e3:.0f}, bare {min(bare[what]) * 1e3:.0f}"
        yield figure


def the_icon(session: XSession, screen: Screen, pid: int, look: str) -> Box:
    """Where the icon is, once it is painted."""
    screen.wait_for(*LOOKS[look])
    found = session.window(pid, lambda box: box.width < 64 and box.y > 800)
    if found is None:
        raise SystemExit("the icon is painted, but no window of the program's is there")
    return found


def clicked(session: XSession, screen: Screen, icon: Box, look: str) -> float:
    """Seconds from the click on the icon to the window's picture."""
    session.do("mousemove", str(icon.x + icon.width // 2), str(icon.y + icon.height // 2))
    begun = time.perf_counter()
    with subprocess.Popen(["xdotool", "click", "1"], env=session.environment()):  # it lives on after its click
        screen.wait_for(*LOOKS[look])
        return time.perf_counter() - begun


def gone(screen: Screen, look: str) -> None:
    """Until the window has left the screen."""
    colour, box, _, step = LOOKS[look]
    end = time.monotonic() + 20
    while screen.has(colour, box, 1, step):
        if time.monotonic() > end:
            raise SystemExit("the window does not go")
        time.sleep(0.01)
