"""One click on a folder's control, while two clients call all servers: it changes the very next call of each of the six sessions."""

from __future__ import annotations

import os
import re
import signal
import subprocess
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

READING = {"filesystem": ("read_file", "path"), "git": ("git_status", "repo"), "notes": ("read_note", "note")}
"""Per server, a tool that reads, and the argument that says where."""
PLACES = ("", "a/b", "kept")
"""Folders in the granted one: itself, one below it that has no rule of its own, and one that has."""
CLIENTS = ("one", "two")
SESSIONS = [(client, server) for client in CLIENTS for server in READING]
EVERY = len(SESSIONS) / 50
"""Seconds between two calls of one session, so that there are fifty a second in all."""
SOME = 6


@pytest.fixture
def tree(chain: str, folder: Path) -> Path:
    """The granted folder, with a file, a note and a repository in each of the places; one of them is granted by itself."""
    for place in PLACES:
        repository = folder / place / "project"
        repository.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", str(repository)], check=True, timeout=60)
        (folder / place / "note.md").write_text(f"a note in {place}\n")
    grant(chain, str(folder / "kept"), "read")
    return folder


def arguments(server: str, folder: Path) -> list[dict[str, str]]:
    """What to read in each of the places."""
    name = "project" if server == "git" else "note.md"
    return [{READING[server][1]: str(folder / place / name)} for place in PLACES]


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
    control_name = rf"^Access to .*{re.escape(str(tree))}: Write$"
    early = ready(bridge("filesystem"), "early")
    early.call("warm", "read_file", path=str(tree / "note.md"))
    early.answer("warm")
    with control() as open_door:
        pid = next(one["pid"] for one in open_door.call("status")["servers"] if one["name"] == "filesystem")
    person.click("^Folders$", role="Row")
    person.sees(control_name)
    clicks = person.clicks
    with ExitStack() as running:
        callers = [
            running.enter_context(
                calling(ready(bridge(server), client), READING[server][0], *arguments(server, tree), every=EVERY)
            )
            for client, server in SESSIONS
        ]
        wait_until(lambda: all(len(caller.calls) >= SOME for caller in callers))
        assert not [call for caller in callers for call in caller.calls if call.failed]
        with held(pid):
            early.call("early", "read_file", path=str(tree / "a" / "b" / "note.md"))
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
    assert "a note in a/b" in str(early.answer("early")["result"])
    row = row_of(chain, "early")
    assert (row.decision, row.by, row.folder, row.outcome) == ("allowed", "policy", str(tree), "ok")
    assert told(chain) == answered(callers)
    person.click("^Activity$", role="Row")
    person.click("^Filter$")
    person.session.do("type", "client:early")
    person.sees(rf"early read note\.md, .*{re.escape(str(tree / 'a' / 'b'))}, Allowed$", role="Row")


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


def told(home: str) -> Counter[tuple[str, str, bool]]:
    """How many calls of each session the log says were done, and how many not."""
    with Reader(home) as reader:
        records = [record for record in reader.walk() if not record.client.startswith("early")]
    assert {record.outcome for record in records} <= {"ok", "error", "denied"}
    return Counter((record.client.split()[0], record.server, record.outcome != "ok") for record in records)


def answered(callers: list[Caller]) -> Counter[tuple[str, str, bool]]:
    """How many of each session were answered so."""
    of_sessions = zip(SESSIONS, callers, strict=True)
    return Counter((*session, call.failed) for session, caller in of_sessions for call in caller.calls)
