"""One click on a folder's control, while two clients call all servers: it changes the very next call of each of the six sessions."""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.core.folders import grant
from app.core.journal.reader import Reader
from app.core.settings import load
from tests.e2e.desktop.conftest import ready
from tests.fakes.caller import Called, Caller, calling
from tests.fakes.person import Person

SERVERS = ("filesystem", "filesystem", "filesystem")
CLIENTS = ("one", "two")
EVERY = len(SERVERS) * len(CLIENTS) / 50
"""Seconds between two calls of one session, so that there are fifty a second in all."""
SOME = 6


@pytest.fixture
def tree(chain: str, folder: Path) -> Path:
    """The granted folder, with folders in it that have no rule of their own, and one that has."""
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "deep.md").write_text("deep\n")
    (folder / "kept").mkdir()
    (folder / "kept" / "own.md").write_text("own\n")
    grant(chain, str(folder / "kept"), "read")
    return folder


@contextmanager
def held(pid: int) -> Iterator[None]:
    """A process that gets no further meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def inside(call: Called, folder: Path) -> bool:
    """Whether the rule of the outer folder counts for what was asked."""
    return not any(str(value).startswith(str(folder / "kept")) for value in call.arguments.values())


def test_one_click_changes_the_next_call_of_six_sessions_while_fifty_calls_a_second_run(
    chain: str, tree: Path, person: Person, bridge: Callable, control: Callable, wait_until: Callable
) -> None:
    paths = [{"path": str(tree / name)} for name in ("report.md", "a/b/deep.md", "kept/own.md")]
    control_name = rf"^Access to .*{re.escape(str(tree))}: Write$"
    early = ready(bridge("filesystem"), "early")
    early.call("warm", "read_file", path=str(tree / "report.md"))
    early.answer("warm")
    with control() as open_door:
        pid = next(one["pid"] for one in open_door.call("status")["servers"] if one["name"] == "filesystem")
    person.click("^Folders$", role="Row")
    person.sees(control_name)
    clicks = person.clicks
    with ExitStack() as running:
        callers = [
            running.enter_context(calling(ready(bridge(server), name), "read_file", *paths, every=EVERY))
            for name in CLIENTS
            for server in SERVERS
        ]
        wait_until(lambda: all(len(caller.calls) >= SOME for caller in callers))
        assert not [call for caller in callers for call in caller.calls if call.failed]
        with held(pid):
            early.call("early", "read_file", path=str(tree / "a" / "b" / "deep.md"))
            wait_until(lambda: row_of(chain, "early").outcome == "running")
            person.choose(control_name, "Off")
            wait_until(lambda: access(chain, tree) == "off")
            switched = time.monotonic()
            person.sees("^In force$")
        wait_until(lambda: all(len(caller.since(switched)) >= SOME for caller in callers))
    print(f"{rate(callers):.1f} calls a second")
    assert person.clicks == clicks + 1
    for caller in callers:
        for call in caller.since(switched):
            assert call.failed is inside(call, tree), call
    assert "deep" in str(early.answer("early")["result"])
    row = row_of(chain, "early")
    assert (row.decision, row.by, row.folder, row.outcome) == ("allowed", "policy", str(tree), "ok")
    assert told(chain) == answered(callers)


def rate(callers: list[Caller]) -> float:
    """Calls a second, of all sessions together."""
    sent = sorted(call.sent for caller in callers for call in caller.calls)
    return (len(sent) - 1) / (sent[-1] - sent[0])


def access(home: str, folder: Path) -> str:
    return next(one.access for one in load(home).folders if one.path == str(folder))


def row_of(home: str, client: str):
    """The newest row of a client."""
    with Reader(home) as reader:
        return reader.query(f"client:{client}", 1).records[0]


def told(home: str) -> Counter[tuple[str, bool]]:
    """How many calls of each client the log says were let through, or refused."""
    with Reader(home) as reader:
        records = [record for record in reader.walk() if not record.client.startswith("early")]
    assert all(record.outcome == ("ok" if record.decision == "allowed" else "denied") for record in records)
    return Counter((record.client.split()[0], record.decision == "denied") for record in records)


def answered(callers: list[Caller]) -> Counter[tuple[str, bool]]:
    """How many each client was answered so."""
    names = [name for name in CLIENTS for _ in SERVERS]
    return Counter((name, call.failed) for name, caller in zip(names, callers, strict=True) for call in caller.calls)
