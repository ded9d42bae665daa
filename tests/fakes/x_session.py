"""A real X session of the test's own: server, window manager, tray host, and a hand on mouse and keyboard (xdotool)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

PROGRAMS = ("Xvfb", "openbox", "trayer", "xdotool")
BOUND = 30.0


class Box(NamedTuple):
    """A window on the screen, in pixels."""

    id: str
    x: int
    y: int
    width: int
    height: int


def missing() -> list[str]:
    """Programs that such a session needs and that are not here."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class XSession:
    """What is on the screen, and what a person does to it."""

    def __init__(self, display: str) -> None:
        self.display = display

    def environment(self) -> dict[str, str]:
        """For programs of this session; nothing else of the desktop around the tests reaches them."""
        made = {name: value for name, value in os.environ.items() if name not in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
        return {**made, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def do(self, *words: str) -> str:
        """One xdotool command; empty output where it found nothing."""
        run = subprocess.run(
            ["xdotool", *words],
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
            timeout=BOUND,
            check=False,
        )
        return run.stdout.strip()

    def windows(self, pid: int) -> list[Box]:
        """The windows of a process that can be seen now. Whoever waits for one looks often: one program asks for all places."""
        found = self.do("search", "--onlyvisible", "--pid", str(pid)).split()
        said = self.do(*(word for id_ in found for word in ("getwindowgeometry", "--shell", id_))) if found else ""
        boxes = [self._box(lines) for lines in said.split("WINDOW=")[1:]]
        return [box for box in boxes if box is not None]

    def window(self, pid: int, fits: Callable[[Box], bool]) -> Box | None:
        """The first of them that fits."""
        return next((box for box in self.windows(pid) if fits(box)), None)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """A button (1 is the left one), somewhere on the screen."""
        self.do("mousemove", str(x), str(y), "click", str(button))

    def click_in(self, window: Box, x: int, y: int) -> None:
        """The left button, somewhere in a window."""
        self.do("mousemove", "--window", window.id, str(x), str(y), "click", "1")

    @staticmethod
    def _box(lines: str) -> Box | None:
        numbers = dict(re.findall(r"^(X|Y|WIDTH|HEIGHT)=(-?\d+)$", lines, re.MULTILINE))
        if len(numbers) < 4:
            return None  # it went meanwhile
        return Box(
            lines.split(maxsplit=1)[0],
            int(numbers["X"]),
            int(numbers["Y"]),
            int(numbers["WIDTH"]),
            int(numbers["HEIGHT"]),
        )


@contextmanager
def x_session(*, tray: bool = True, pixels: str = "") -> Iterator[XSession]:
    """Starts one on a free display and ends it. Every wait is bounded. `pixels`: a folder for the screen as a mapped file."""
    # -noreset: else the server starts anew whenever its only client leaves, under the feet of the one that just came.
    read, write = os.pipe()
    started = [
        subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]
            + (["-fbdir", pixels] if pixels else []),
            pass_fds=[write],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    ]
    os.close(write)
    try:
        with os.fdopen(read) as said:
            session = XSession(f":{said.readline().strip()}")
        started.append(_start(session, "openbox"))
        _until(lambda: session.do("get_num_desktops") not in ("", "0"), "no window manager came")
        if tray:
            _until(lambda: _tray_host(session, started), "no tray host came")
        yield session
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(BOUND)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(BOUND)


def _start(session: XSession, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(words, env=session.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _tray_host(session: XSession, started: list[subprocess.Popen[bytes]]) -> bool:
    """Whether there is one; seen once: it ended at its start, before the root window was ready for it.

    Its own window is there a moment before it takes icons, and an app that asks in between finds no tray.
    """
    if session.do("search", "--onlyvisible", "--class", "trayer") and _takes_icons(session):
        return True
    if started[-1].args[0] != "trayer" or started[-1].poll() is not None:  # type: ignore[index]
        started.append(
            _start(session, "trayer", "--edge", "bottom", "--align", "left", "--width", "20", "--height", "28")
        )
    return False


OWNER = """
import ctypes, sys
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x.XInternAtom.restype = x.XGetSelectionOwner.restype = ctypes.c_ulong
x.XGetSelectionOwner.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
display = x.XOpenDisplay(None)
sys.exit(not (display and x.XGetSelectionOwner(display, x.XInternAtom(display, b"_NET_SYSTEM_TRAY_S0", 0))))
"""
"""Whether somebody owns the selection that stands for the tray (System Tray Protocol of freedesktop.org). A process of its own,
since Xlib ends the whole process when the server goes."""


def _takes_icons(session: XSession) -> bool:
    asking = [sys.executable, "-S", "-c", OWNER]
    return subprocess.run(asking, env=session.environment(), timeout=BOUND, check=False).returncode == 0


def _until(fn: Callable[[], object], why: str) -> None:
    end = time.monotonic() + BOUND
    while not fn():
        if time.monotonic() > end:
            raise TimeoutError(why)
        time.sleep(0.02)
