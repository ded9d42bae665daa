"""The real chain: a home with a granted folder, bridges and whatever they start. Nothing of it outlives the test."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bridge.home import address, stopped_mark
from app.control.client import ControlClient, ensure_gateway
from app.core.errors import DoorkeepError
from app.core.folders import grant
from tests.fakes.client import BridgeProcess

if sys.platform == "win32":
    collect_ignore_glob = ["*"]

BOUND = 20.0


def end_gateway(home: str) -> None:
    """Ends the gateway of a home, by force where it must be. None that a bridge has just asked for comes after it."""
    Path(stopped_mark(home)).touch()
    try:
        with ControlClient.connect(home) as control:
            pid = control.pid
            with contextlib.suppress(DoorkeepError, TimeoutError):
                control.call("stop")
    except (DoorkeepError, TimeoutError):
        return
    end = time.monotonic() + BOUND
    while _runs(pid):
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0] != b"Z"
    except OSError:
        return False


@pytest.fixture
def chain(home: str, folder: Path) -> Iterator[str]:
    """A home in which `folder` may be written; the gateway is started by whoever comes first."""
    grant(home, str(folder), "write")
    yield home
    end_gateway(home)
    assert not os.path.exists(address(home)) or not _answers(home)


def _answers(home: str) -> bool:
    try:
        ControlClient.connect(home).close()
    except DoorkeepError:
        return False
    return True


@pytest.fixture
def bridge(chain: str) -> Iterator[Callable[..., BridgeProcess]]:
    """Starts bridges of the chain's home, with the environment that a client gives."""
    started: list[BridgeProcess] = []

    def start(server: str = "filesystem", command: list[str] | None = None) -> BridgeProcess:
        arguments = ["--home", chain, server] if command is None else []
        started.append(BridgeProcess(*arguments, command=command))
        return started[-1]

    yield start
    for process in started:
        process.end()


@pytest.fixture
def control(chain: str) -> Callable[[], ControlClient]:
    """Opens control connections; close them."""
    return lambda: ensure_gateway(chain)
