"""Kills servers, gateway and bridges at random while calls are in flight, and then counts what is left.

What must hold: every call is answered or its bridge is dead; whatever was answered with success is in the log as such; no row stays open;
no file is half written; the chain is whole.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from app.bridge.home import stopped_mark
from app.control.client import ControlClient, ensure_gateway
from app.core.errors import GatewayUnreachableError
from app.core.folders import grant
from app.core.journal.reader import Reader
from app.core.journal.verify import verify
from tests.fakes.client import BridgeProcess

ANSWER_SECONDS = 60.0
SETTLED_SECONDS = 20.0
LINES = 2000
IN_FLIGHT = 6
FILES = 4


@dataclass
class Chaos:
    """One run over a home and a folder, both given empty."""

    home: str
    folder: Path
    seed: int
    clients: int = 3
    kills: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.number = 0
        self.succeeded: list[str] = []
        self.bridges: list[BridgeProcess | None] = [None] * self.clients
        self.waiting: list[dict[int, str]] = [{} for _ in range(self.clients)]
        grant(self.home, str(self.folder), "write")

    def run(self, kills: int) -> None:
        """Kills that many processes, with calls in flight each time."""
        try:
            while self.kills.total() < kills:
                for index in range(self.clients):
                    self._send(index)
                time.sleep(
                    self.chance.random() * 0.03
                )  # the moment of the kill is the experiment, nothing waits for it
                self._kill()
                for index in range(self.clients):
                    self._collect(index)
        finally:
            for bridge in self.bridges:
                if bridge is not None:
                    bridge.end()

    def judge(self) -> None:
        """Starts the gateway once more and asserts what must hold."""
        with ensure_gateway(self.home) as control:
            control.call("status")
        end = time.monotonic() + SETTLED_SECONDS
        while True:
            with Reader(self.home) as reader:
                records = list(reader.walk())
            left_open = [record.id for record in records if record.outcome in ("running", "waiting")]
            if not left_open or time.monotonic() > end:
                break
            time.sleep(0.05)  # a call whose bridge was killed last is listened for a moment longer
        assert not left_open, f"rows left open: {left_open[:10]}"
        ok = {_mark(record.arguments) for record in records if record.outcome == "ok"}
        lost = [mark for mark in self.succeeded if mark not in ok]
        assert not lost, f"calls answered with success and not so logged: {lost[:10]}"
        report = verify(self.home)
        assert report.whole, report.findings
        for path in sorted(self.folder.iterdir()):
            lines = path.read_text().splitlines()
            assert len(lines) == LINES, f"{path.name} has {len(lines)} lines"
            assert len(set(lines)) == 1, f"{path.name} is of two writes"
        assert self.answers["ok"] > 0, "no call ever succeeded: nothing was tested"

    def end(self) -> None:
        """Ends the gateway, and any that a bridge has just asked for."""
        Path(stopped_mark(self.home)).touch()
        with contextlib.suppress(GatewayUnreachableError), ControlClient.connect(self.home) as control:
            pid = control.pid
            control.call("stop")
            end = time.monotonic() + 30
            while time.monotonic() < end and Path(f"/proc/{pid}").exists():
                time.sleep(0.02)

    def _bridge(self, index: int) -> BridgeProcess:
        bridge = self.bridges[index]
        if bridge is None:
            bridge = self.bridges[index] = BridgeProcess("--home", self.home, "filesystem", pump=index == 2)
            if index % 2:
                bridge.initialize()
                assert "result" in bridge.answer("init", ANSWER_SECONDS)
                bridge.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return bridge

    def _send(self, index: int) -> None:
        with contextlib.suppress(BrokenPipeError):  # it was killed while nothing was in flight: `_collect` notices
            self._send_some(index, self._bridge(index))

    def _send_some(self, index: int, bridge: BridgeProcess) -> None:
        for _ in range(self.chance.randint(1, IN_FLIGHT)):
            self.number += 1
            mark = f"call-{self.number:07}"
            self.waiting[index][self.number] = mark
            path = str(self.folder / f"{self.chance.randint(1, FILES)}.txt")
            bridge.call(
                self.number,
                "write_file",
                modern=not index % 2,
                path=path,
                content=f"{mark}\n" * LINES,
                mode="overwrite",
            )

    def _collect(self, index: int) -> None:
        bridge = self._bridge(index)
        while self.waiting[index]:
            message = bridge.read(ANSWER_SECONDS)
            if message is None:
                assert bridge.wait() == -signal.SIGKILL, "a bridge ended that nobody killed"
                bridge.end()
                self.bridges[index] = None
                self.waiting[index].clear()
                self.answers["bridge gone"] += 1
                return
            if "method" in message:
                continue
            mark = self.waiting[index].pop(message["id"])
            self._count(mark, message)

    def _count(self, mark: str, message: Any) -> None:
        failed = "error" in message or message["result"].get("isError")
        if not failed:
            self.succeeded.append(mark)
        self.answers["error" if failed else "ok"] += 1

    def _kill(self) -> None:
        what = self.chance.choice(("server", "gateway", "bridge"))
        pid = self._victim(what)
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills[what] += 1

    def _victim(self, what: str) -> int | None:
        if what == "bridge":
            bridge = self.chance.choice([bridge for bridge in self.bridges if bridge is not None])
            return bridge.pid
        try:
            with ControlClient.connect(self.home) as control:
                if what == "gateway":
                    return control.pid
                return next((server["pid"] for server in control.call("status")["servers"] if server["pid"]), None)
        except GatewayUnreachableError:
            return None


def _mark(arguments: msgspec.Raw) -> str:
    """The mark of the call in its logged arguments, however much of the content the log kept."""
    text = bytes(arguments).decode()
    at = text.find("call-")
    return text[at : at + 12]
