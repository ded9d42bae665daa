"""The app's line to the gateway, against a door that the test plays."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from app.bridge.home import address
from app.ui.kit.gateway import GatewayLink

RECORD = {
    "id": 7,
    "at": "2026-11-21T10:00:00.000Z",
    "client": "c",
    "session": "s",
    "server": "filesystem",
    "tool": "t",
    "arguments": {"path": "/x"},
}


class Door:
    """A gateway's door: accepts one caller after another and answers each line by `answer`."""

    def __init__(self, home: str) -> None:
        path = address(home)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.path = path
        self.heard: list[dict] = []
        self.answer: Callable[[dict], list[dict]] = lambda line: [{"id": line["id"], "ok": {"said": line["call"]}}]
        self.caller: socket.socket | None = None
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                self.caller, _ = self.listener.accept()
            except OSError:
                return
            with self.caller, self.caller.makefile("rwb") as stream:
                try:
                    stream.readline()
                    stream.write(b'{"doorkeep":1,"version":"x","pid":1}\n')
                    stream.flush()
                    for raw in stream:
                        line = json.loads(raw)
                        self.heard.append(line)
                        for said in self.answer(line):
                            stream.write(json.dumps(said).encode() + b"\n")
                        stream.flush()
                except OSError:
                    continue

    def drop(self) -> None:
        if self.caller is not None:
            self.caller.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.caller is not None:
            with contextlib.suppress(OSError):
                self.caller.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        if os.path.exists(self.path):
            os.unlink(self.path)


@pytest.fixture
def door(home: str) -> Iterator[Door]:
    made = Door(home)
    yield made
    made.close()


@pytest.fixture
def line(home: str, qapp) -> Iterator[GatewayLink]:
    made = GatewayLink(home)
    yield made
    made.close()


def test_it_comes_up_follows_and_answers(door: Door, line: GatewayLink, qtbot) -> None:
    with qtbot.waitSignal(line.up, timeout=20_000) as up:
        line.open()
    assert up.args == [True]
    answers: list[object] = []
    line.call("status", answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    assert answers == [{"said": "status"}]
    assert door.heard[0]["call"] == "follow"


def test_records_and_events_arrive_live(door: Door, line: GatewayLink, qtbot) -> None:
    door.answer = lambda said: [
        {"id": said["id"], "ok": {}},
        {"event": "call", "record": RECORD},
        {"event": "gateway", "state": "paused"},
    ]
    with qtbot.waitSignals([line.record, line.happened], timeout=20_000):
        line.open()


def test_a_refusal_reaches_the_failure_in_its_words(door: Door, line: GatewayLink, qtbot) -> None:
    with qtbot.waitSignal(line.up, timeout=20_000):
        line.open()
    door.answer = lambda said: [{"id": said["id"], "error": {"title": "No.", "detail": "", "fix": "Ask."}}]
    failures: list[Exception] = []
    line.call("pause", failure=failures.append)
    assert line.waits
    qtbot.waitUntil(lambda: bool(failures), timeout=20_000)
    assert str(failures[0]) == "No. Ask."
    assert not line.waits


def test_a_gateway_that_goes_fails_what_waits_and_is_found_again(door: Door, line: GatewayLink, qtbot) -> None:
    with qtbot.waitSignal(line.up, timeout=20_000):
        line.open()
    door.answer = lambda said: []
    failures: list[Exception] = []
    line.call("status", failure=failures.append)
    qtbot.waitUntil(lambda: any(said["call"] == "status" for said in door.heard), timeout=20_000)
    with qtbot.waitSignal(line.up, timeout=20_000, check_params_cb=lambda up: up is False):
        door.drop()
    assert len(failures) == 1
    qtbot.waitUntil(lambda: line.is_up, timeout=20_000)


def test_nothing_is_heard_after_an_answer_that_had_us_let_go(door: Door, line: GatewayLink, qtbot) -> None:
    with qtbot.waitSignal(line.up, timeout=20_000):
        line.open()
    door.answer = lambda said: [{"id": said["id"], "ok": {}}, {"event": "gateway", "state": "stopping"}]
    ups: list[bool] = []
    line.up.connect(ups.append)
    line.call("stop", lambda _answer: line.close())
    qtbot.waitUntil(lambda: bool(ups), timeout=20_000)
    assert ups == [False]


def test_without_a_gateway_a_call_fails_at_once(line: GatewayLink) -> None:
    failures: list[Exception] = []
    line.call("status", failure=failures.append)
    assert "not running" in str(failures[0])
