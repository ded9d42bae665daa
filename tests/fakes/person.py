"""A person at the screen of an X session: reads what the tray program shows, and has a mouse and a keyboard."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from tests.fakes.x_session import XSession

ROOT = Path(__file__).parents[2]
BOUND = 30.0
ACCESS = ("Off", "Read", "Ask", "Write")
SWITCH = ("Off", "On")


class Seen(msgspec.Struct, frozen=True):
    """Something on the screen: what a screen reader says of it, and where its visible part lies, in pixels."""

    window: str
    name: str
    value: str
    role: str
    enabled: bool
    checked: bool
    x: int
    y: int
    width: int
    height: int


class Person:
    """Starts the tray program of a home, and counts the clicks. Every wait is bounded."""

    def __init__(self, session: XSession, home: str, *words: str) -> None:
        self.session = session
        self.clicks = 0
        self.began = time.monotonic()
        self._ear, other = socket.socketpair()
        self._ear.settimeout(BOUND)
        command = [sys.executable, "-P", "-m", "tests.fakes.watched_tray", str(other.fileno()), "--home", home, *words]
        self.tray = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**session.environment(), "PYTHONPATH": str(ROOT)},
            pass_fds=[other.fileno()],
            stderr=subprocess.PIPE,
        )
        other.close()

    def look(self) -> list[Seen]:
        """Everything that is to be seen now."""
        self._ear.sendall(b"?")
        line = b""
        while not line.endswith(b"\n"):
            piece = self._ear.recv(1 << 20)
            if not piece:
                raise EOFError("the tray has ended")
            line += piece
        return msgspec.convert(json.loads(line), list[Seen])

    def find(self, words: str, role: str = "", near: str = "") -> Seen | None:
        """The first thing whose name has these words (a regular expression); `near`: below the thing of that name."""
        seen = self.look()
        above = next((each.y for each in seen if near and re.search(near, each.name)), 0)
        if near and not above:
            return None
        fits = (each for each in seen if re.search(words, each.name) and each.y >= above - 24)
        return next((each for each in fits if role in ("", each.role)), None)

    def sees(self, words: str, role: str = "", near: str = "", seconds: float = BOUND) -> Seen:
        """Waits until it is to be seen."""
        end = time.monotonic() + seconds
        while True:
            found = self.find(words, role, near)
            if found is not None:
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"“{words}” is not to be seen; there is: {self.read()}")
            time.sleep(0.02)

    def read(self) -> str:
        """All the words on the screen."""
        return " | ".join(dict.fromkeys(each.name for each in self.look() if each.name))

    def click(self, words: str, role: str = "", near: str = "", part: int = 0, parts: int = 1, button: int = 1) -> None:
        """One click on it, once it can be used and stays where it is. `part` of `parts`: a segment of it, from the left."""
        end = time.monotonic() + BOUND
        before: Seen | None = None
        while True:
            found = self.find(words, role, near)
            if found is not None and found.enabled and found == before:
                break
            before = found
            if time.monotonic() > end:
                raise TimeoutError(f"“{words}” cannot be clicked ({found}); there is: {self.read()}")
            time.sleep(0.02)
        self.clicks += 1
        self.session.click(found.x + found.width * (2 * part + 1) // (2 * parts), found.y + found.height // 2, button)

    def choose(self, control: str, word: str, words: tuple[str, ...] = ACCESS) -> None:
        """One click on a word of a segmented control."""
        self.click(control, part=words.index(word), parts=len(words))

    def open_menu(self) -> None:
        """The tray's menu, by the right button on the icon; once more where the tray host was still moving it."""
        for seconds in (3.0, 3.0, BOUND):
            self.click("^Doorkeep$", button=3)
            with contextlib.suppress(TimeoutError):
                self.sees("^Open Doorkeep$", role="MenuItem", seconds=seconds)
                return
        raise TimeoutError("the tray's menu does not open")

    def close_menu(self) -> None:
        """Away with it, nothing chosen."""
        end = time.monotonic() + BOUND
        while self.find("^Open Doorkeep$", role="MenuItem"):
            if time.monotonic() > end:
                raise TimeoutError("the tray's menu does not close")
            self.press("Escape")

    def scroll(self, down: bool = True) -> None:
        """One notch of the wheel, where the mouse is."""
        self.session.do("click", "5" if down else "4")

    def press(self, keys: str) -> None:
        """A key or a chord, to the window that has the keyboard."""
        self.session.do("key", keys)

    def leave(self) -> str:
        """Ends the tray; gives what it complained about."""
        if self.tray.poll() is None:
            self.tray.send_signal(signal.SIGTERM)
        try:
            _, complaints = self.tray.communicate(timeout=BOUND)
        except subprocess.TimeoutExpired:
            self.tray.kill()
            self.tray.communicate(timeout=BOUND)
            raise
        finally:
            self._ear.close()
        return complaints.decode(errors="replace")
