from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.bridge import succession
from app.bridge.succession import make_way
from tests.fakes.gateway import FakeGateway, Peer

BOUND = 30.0
NEW = "0.3.0"


class Asking:
    """`make_way` in a thread; the test plays the gateway that it speaks to."""

    def __init__(self, home: str) -> None:
        self._found: list[bool] = []
        self._thread = threading.Thread(target=lambda: self._found.append(make_way(home, NEW)), daemon=True)
        self._thread.start()

    def answer(self) -> bool:
        self._thread.join(BOUND)
        assert not self._thread.is_alive()
        return self._found[0]


def greet(gateway: FakeGateway, version: str = "0.2.0", pid: int = 0) -> Peer:
    peer = gateway.accept(greet=False)
    assert peer.hello == {"doorkeep": 1, "as": "control"}
    peer.send({"doorkeep": 1, "version": version, "pid": pid or os.getpid()})
    return peer


def test_where_nobody_listens_there_is_nobody_to_ask(home: str):
    assert make_way(home, NEW)


def test_an_older_gateway_is_asked_to_drain_and_waited_for_until_it_is_gone(home: str, gateway: FakeGateway):
    asking = Asking(home)
    peer = greet(gateway)
    asked = peer.read()
    assert (asked["call"], asked["with"]) == ("drain", {"version": NEW})
    peer.send({"id": asked["id"], "ok": {"state": "draining"}})
    peer.close()
    assert asking.answer()


@pytest.mark.parametrize("version", [NEW, "0.4.0", "0", ""])
def test_one_that_is_as_new_is_left_alone(home: str, gateway: FakeGateway, version: str):
    asking = Asking(home)
    peer = greet(gateway, version)
    assert not asking.answer()
    assert peer.read() is None, "nothing was asked of it"


def test_one_that_refuses_the_caller_is_left_alone(home: str, gateway: FakeGateway):
    asking = Asking(home)
    peer = gateway.accept(greet=False)
    peer.send({"doorkeep": 1, "error": {"title": "Process 7 was refused."}})
    assert not asking.answer()


def test_one_that_ends_before_it_greets_is_gone(home: str, gateway: FakeGateway):
    asking = Asking(home)
    gateway.accept(greet=False).close()
    assert asking.answer()


def test_the_first_release_knows_no_drain_and_is_stopped_once_no_call_is_in_flight(home: str, gateway: FakeGateway):
    asking = Asking(home)
    peer = greet(gateway, "0.1.0")
    asked = peer.read()
    peer.send({"id": asked["id"], "error": {"title": "The gateway knows no call 'drain'."}})
    for in_flight in (2, 1, 0):
        asked = peer.read()
        assert asked["call"] == "status"
        peer.send({"id": asked["id"], "ok": {"sessions": [{"in_flight": 0}, {"in_flight": in_flight}]}})
    asked = peer.read()
    assert (asked["call"], asked["with"]) == ("stop", {}), "without `stay`: clients go on"
    peer.send({"id": asked["id"], "ok": {"state": "stopping"}})
    peer.close()
    assert asking.answer()


@pytest.mark.parametrize("mark", ['{"form":1,"release":"0.3.0"}', '{"form":1}', "damaged"])
def test_one_that_says_nothing_at_all_may_be_as_new_and_is_left_alone(
    home: str, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch, mark: str
):
    Path(home, "form").write_text(mark)
    monkeypatch.setattr(os, "kill", lambda *_given: pytest.fail("a process was signalled"))
    monkeypatch.setattr(succession, "GREET_SECONDS", 0.1)
    asking = Asking(home)
    gateway.accept(greet=False)
    assert not asking.answer()


HANGING = """
import os, signal, sys, time
from tests.fakes.gateway import FakeGateway
if sys.argv[2] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
gateway = FakeGateway(sys.argv[1])
print("listens", flush=True)
peer = gateway.accept(greet=False)
if sys.argv[3] == "greets":
    peer.send({"doorkeep": 1, "version": "0.2.0", "pid": os.getpid()})
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("kind", "greets", "ended_by"), [("plain", "greets", 15), ("deaf", "greets", 9), ("deaf", "mute", 9)]
)
def test_an_older_one_that_hangs_is_ended_by_force_and_that_is_said(
    home: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    greets: str,
    ended_by: int,
):
    Path(home, "form").write_text('{"form":1,"release":"0.2.0"}')
    monkeypatch.setattr(succession, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(succession, "GREET_SECONDS", BOUND if greets == "greets" else 0.2)
    monkeypatch.setattr(succession, "FORCED_SECONDS", (1.0 if kind == "deaf" else BOUND, BOUND))
    with subprocess.Popen([sys.executable, "-c", HANGING, home, kind, greets], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert make_way(home, NEW)
        assert process.wait(BOUND) == -ended_by
    said = capsys.readouterr().err
    assert f"release 0.2.0 (process {process.pid}) did not leave for {NEW}" in said
    assert "its calls are lost" in said


def test_where_no_gateway_left_a_mark_the_first_release_serves(home: str):
    assert succession._newest_that_served(home) == "0.1.0"


@pytest.mark.parametrize("pid", [0, 1, -5, True])
def test_a_number_that_is_no_process_of_ours_is_never_signalled(
    home: str, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch, pid: int
):
    monkeypatch.setattr(os, "kill", lambda *_given: pytest.fail("a process was signalled"))
    monkeypatch.setattr(succession, "LEAVE_SECONDS", 0.1)
    asking = Asking(home)
    peer = gateway.accept(greet=False)
    peer.send({"doorkeep": 1, "version": "0.2.0", "pid": pid})
    asked = peer.read()
    peer.send({"id": asked["id"], "ok": {}})
    assert not asking.answer()
