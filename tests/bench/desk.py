"""The tray program in an X session, with the stop-watch inside (`tests.bench.desk_probe`) at hand."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.ground import ROOT

BOUND = 120.0


class Desk:
    """Orders go in, answers come out; every wait is bounded."""

    def __init__(self, process: subprocess.Popen[bytes], door: socket.socket) -> None:
        self.process = process
        self._door = door
        self._door.settimeout(BOUND)
        self._lines = door.makefile("r")

    def do(self, name: str, *words: Any) -> Any:
        """One order and its answer (`desk_probe.Hand`)."""
        self.send(name, *words)
        return self.answer()

    def send(self, name: str, *words: Any) -> None:
        """One order."""
        self._door.sendall(json.dumps([name, *words]).encode() + b"\n")

    def answer(self) -> Any:
        """What it gave."""
        return json.loads(self._lines.readline())


@contextmanager
def desk(home: str, env: dict[str, str], *words: str) -> Iterator[Desk]:
    """The program, ended at the end."""
    mine, other = socket.socketpair()
    command = [sys.executable, "-P", "-m", "tests.bench.desk_probe", str(other.fileno()), "--home", home, *words]
    with mine, other:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**env, "PYTHONPATH": str(ROOT)}, pass_fds=[other.fileno()], stdin=subprocess.DEVNULL
        )
        other.close()
        try:
            yield Desk(process, mine)
        finally:
            process.terminate()
            process.wait(20)
