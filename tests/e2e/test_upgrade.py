"""An upgrade while clients hold bridges: two releases of this very code, installed side by side, as an installer would do it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.bridge.home import ready_answers
from app.control.client import ControlClient
from app.core.errors import DoorkeepError
from app.core.folders import grant
from app.core.journal.reader import Reader
from app.core.journal.verify import verify
from tests.e2e.conftest import end_gateway
from tests.fakes.client import BridgeProcess
from tests.fakes.house import House, alive
from tests.fakes.releases import Releases

Wait = Callable[..., Any]
OLD, NEW = "0.2.0", "0.3.0"


class Installation:
    """A home, a folder that may be written, one that asks, and clients of whatever release is in force when they start."""

    def __init__(self, home: str, releases: Releases, folder: Path) -> None:
        self.home = home
        self.releases = releases
        self.folder = folder
        self.asking = folder.with_name("asking")
        self.asking.mkdir()
        House(home)
        grant(home, str(folder), "write")
        grant(home, str(self.asking), "ask")
        self.started: list[BridgeProcess] = []

    def bridge(self, server: str = "filesystem", *, legacy: bool = False, pump: bool = False) -> BridgeProcess:
        command = [self.releases.program("doorkeep-bridge"), "--home", self.home, server]
        one = BridgeProcess(command=command, pump=pump)
        self.started.append(one)
        if legacy:
            one.initialize()
            assert one.answer("init")["result"]["protocolVersion"] == "2025-11-25"
            one.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return one

    def upgrade(self, version: str = NEW) -> None:
        self.releases.add(version)
        self.releases.install(version)

    def status(self) -> dict[str, Any]:
        with ControlClient.connect(self.home) as control:
            return control.call("status")

    def version(self) -> str:
        """Of the gateway that serves; empty while none does."""
        try:
            with ControlClient.connect(self.home) as control:
                return control.version
        except DoorkeepError:
            return ""

    def log(self) -> str:
        return Path(self.home, "logs", "gateway.log").read_text()


@pytest.fixture
def installed(home: str, folder: Path, tmp_path: Path) -> Iterator[Installation]:
    releases = Releases(tmp_path / "Prógramme hier" / "doorkeep")
    releases.add(OLD)
    releases.install(OLD)
    found = Installation(home, releases, folder)
    yield found
    for one in found.started:
        one.end()
    end_gateway(home)
    print(found.log())  # shown where the test failed


def patient(installed: Installation) -> None:
    """However slow the machine is today, nobody is cut or ended by force while the test looks."""
    installed.releases.patch(OLD, "app/gateway/ending.py", "DRAIN_SECONDS = 10.0", "DRAIN_SECONDS = 90.0")


def upgrade_patiently(installed: Installation) -> None:
    """The same for the release that asks."""
    installed.releases.add(NEW)
    for known in ("LEAVE_SECONDS = 25.0", "IDLE_SECONDS = 10.0", "ANSWER_SECONDS = 10.0", "GREET_SECONDS = 10.0"):
        installed.releases.patch(NEW, "app/bridge/succession.py", known, f"{known.split(' ', maxsplit=1)[0]} = 90.0")
    installed.releases.install(NEW)


def append(one: BridgeProcess, id_: Any, path: Path, text: str, modern: bool) -> None:
    one.call(id_, "write_file", modern, path=str(path), content=text + "\n", mode="append")


def texts(answer: Any) -> str:
    assert "result" in answer, answer
    return " ".join(part["text"] for part in answer["result"]["content"] if part["type"] == "text")


def outcomes(home: str) -> list[Any]:
    """Of every change that was asked for, oldest first."""
    with Reader(home) as reader:
        return [row.outcome for row in reader.walk() if row.tool == "write_file"]


def test_no_client_sees_an_upgrade_and_no_call_runs_twice(installed: Installation, wait_until: Wait):
    patient(installed)
    logs = [installed.folder / f"{number}.txt" for number in range(4)]
    clients = [
        (installed.bridge(legacy=True), False),
        (installed.bridge(), True),
        (installed.bridge(legacy=True, pump=True), False),
        (installed.bridge(pump=True), True),
    ]
    busy = installed.bridge("plain")
    busy.call("pid", "pid", True)
    server = int(json.loads(texts(busy.answer("pid"))))
    for number, (one, modern) in enumerate(clients):
        append(one, "before", logs[number], "before", modern)
        assert not one.answer("before")["result"].get("isError")
    old = installed.status()["pid"]

    os.kill(server, signal.SIGSTOP)
    busy.call("in flight", "echo", True, kept="by the old one")
    wait_until(lambda: any(found["in_flight"] for found in installed.status()["sessions"]))
    upgrade_patiently(installed)
    newer = installed.bridge()  # the first program of the new release to run
    wait_until(lambda: f"makes way for release {NEW}" in installed.log())
    for number, (one, modern) in enumerate(clients):
        append(one, "meanwhile", logs[number], "meanwhile", modern)
    newer.call("new", "read_file", True, path=str(logs[0]))
    assert alive(old), "it still waits for its call"
    os.kill(server, signal.SIGCONT)
    assert json.loads(texts(busy.answer("in flight"))) == {"kept": "by the old one"}

    for one, _modern in clients:
        assert not one.answer("meanwhile")["result"].get("isError")
    assert "before" in texts(newer.answer("new"))
    assert installed.version() == NEW
    wait_until(lambda: not alive(old))
    for number, (one, modern) in enumerate(clients):
        append(one, "after", logs[number], "after", modern)
        assert not one.answer("after")["result"].get("isError")
    assert [log.read_text().splitlines() for log in logs] == [["before", "meanwhile", "after"]] * 4
    wait_until(lambda: outcomes(installed.home) == ["ok"] * 12)
    assert verify(installed.home).whole


def test_a_question_that_waits_ends_in_words_and_can_be_asked_again(installed: Installation, wait_until: Wait):
    one = installed.bridge(legacy=True)
    path = installed.asking / "new.txt"
    one.call(1, "write_file", path=str(path), content="x", mode="create")
    wait_until(lambda: installed.status()["approvals"])
    installed.upgrade()
    installed.bridge(legacy=True)
    answer = one.answer(1)
    assert answer["result"]["isError"]
    assert "Nothing was done: Doorkeep was updated while this call was waiting" in texts(answer)
    wait_until(lambda: outcomes(installed.home) == ["cancelled"])
    wait_until(lambda: installed.version() == NEW)
    one.call(2, "write_file", path=str(path), content="x", mode="create")
    [asked] = wait_until(lambda: _approvals(installed.home))
    with ControlClient.connect(installed.home) as control:
        control.call("answer", id=asked["id"], answer="allow")
    assert not one.answer(2)["result"].get("isError")
    assert path.read_text() == "x"
    assert verify(installed.home).whole


def _read(one: BridgeProcess, id_: int, folder: Path) -> str:
    one.call(id_, "read_file", path=str(folder / "report.md"))
    return texts(one.answer(id_))


def _approvals(home: str) -> list[Any]:
    with ControlClient.connect(home) as control:
        return control.call("approvals")["approvals"]


@pytest.mark.parametrize("pump", [False, True])
def test_a_stream_of_notifications_goes_on_with_the_next_gateway(installed: Installation, wait_until: Wait, pump: bool):
    one = installed.bridge("notes", pump=pump)
    uri = f"note://{installed.folder.name}/report.md"
    one.request("stream", "subscriptions/listen", {"notifications": {"resourceSubscriptions": [uri]}}, modern=True)
    assert one.read()["method"] == "notifications/subscriptions/acknowledged"
    installed.upgrade()
    installed.bridge(legacy=True)
    assert one.read()["method"] == "notifications/subscriptions/acknowledged"
    assert installed.version() == NEW
    (installed.folder / "report.md").write_text("changed")
    heard = one.read()
    assert (heard["method"], heard["params"]["uri"]) == ("notifications/resources/updated", uri)


def test_a_bridge_lives_on_when_its_release_is_gone(installed: Installation, wait_until: Wait):
    one = installed.bridge(legacy=True)
    one.call(1, "read_file", path=str(installed.folder / "report.md"))
    assert "Total: 42" in texts(one.answer(1))
    old = installed.status()["pid"]
    installed.upgrade()
    shutil.rmtree(installed.releases.root / "versions" / OLD)
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: not alive(old))
    for id_ in (2, 3):
        one.call(id_, "read_file", path=str(installed.folder / "report.md"))
        answer = one.answer(id_)
    assert "Total: 42" in texts(answer)
    assert installed.version() == NEW, "an old bridge starts what is in force"


def test_the_desktop_app_and_the_commands_of_a_newer_release_replace_an_older_gateway(
    installed: Installation, wait_until: Wait
):
    one = installed.bridge(legacy=True)
    installed.upgrade()
    command = [installed.releases.program("doorkeep"), "--home", installed.home, "pause"]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    assert installed.version() == NEW
    one.request(1, "tools/list")
    assert one.answer(1)["result"]["tools"]


def test_an_older_release_never_replaces_a_newer_gateway_and_says_so(installed: Installation):
    installed.upgrade()
    newer = installed.bridge(legacy=True)
    installed.releases.install(OLD)
    older = installed.bridge(legacy=True)
    older.call(1, "read_file", path=str(installed.folder / "report.md"))
    assert "Total: 42" in texts(older.answer(1)), "frames of version 1 are understood for ever"
    command = [installed.releases.program("doorkeep"), "--home", installed.home, "gateway"]
    done = subprocess.run(command, timeout=60, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Doorkeep {NEW} serves this home already, and this is the older release {OLD}" in done.stderr
    assert installed.version() == NEW
    newer.request(2, "tools/list")
    assert newer.answer(2)["result"]["tools"]


def test_a_gateway_of_the_first_release_which_knows_no_drain_is_stopped_when_it_is_calm(
    installed: Installation, wait_until: Wait
):
    installed.releases.patch(
        OLD, "app/gateway/controls.py", '            "drain": (messages.Draining, self._drain),\n', ""
    )
    installed.releases.patch(OLD, "app/gateway/doors.py", "self.words = hello.words", "self.words = 0")
    patient(installed)
    one = installed.bridge(legacy=True)
    busy = installed.bridge("plain")
    busy.call("pid", "pid", True)
    server = int(json.loads(texts(busy.answer("pid"))))
    os.kill(server, signal.SIGSTOP)
    busy.call("in flight", "echo", True, kept="by the old one")
    wait_until(lambda: any(found["in_flight"] for found in installed.status()["sessions"]))
    upgrade_patiently(installed)
    newer = installed.bridge(legacy=True)
    newer.call(1, "read_file", path=str(installed.folder / "report.md"))
    assert "Total: 42" in texts(newer.answer(1)), "served by the old one meanwhile"
    assert installed.version() == OLD
    os.kill(server, signal.SIGCONT)
    assert json.loads(texts(busy.answer("in flight"))) == {"kept": "by the old one"}
    wait_until(lambda: installed.version() == NEW)
    for client in (one, newer):
        client.call(2, "read_file", path=str(installed.folder / "report.md"))
        assert "Total: 42" in texts(client.answer(2))
    assert verify(installed.home).whole


def test_an_older_gateway_that_hangs_is_ended_by_force_which_is_said_and_the_next_one_serves(
    installed: Installation, wait_until: Wait
):
    one = installed.bridge(legacy=True)
    one.call(1, "read_file", path=str(installed.folder / "report.md"))
    assert "Total: 42" in texts(one.answer(1))
    old = installed.status()["pid"]
    installed.upgrade()
    for path in ("app/bridge/succession.py",):
        installed.releases.patch(NEW, path, "GREET_SECONDS = 10.0", "GREET_SECONDS = 0.5")
        installed.releases.patch(NEW, path, "FORCED_SECONDS = (3.0, 15.0)", "FORCED_SECONDS = (0.5, 15.0)")
    os.kill(old, signal.SIGSTOP)
    command = [installed.releases.program("doorkeep"), "--home", installed.home, "gateway"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: installed.version() == NEW)
        assert not alive(old)
        one.call(2, "read_file", path=str(installed.folder / "report.md"))
        assert "Total: 42" in texts(one.answer(2))
        process.terminate()
        assert process.stderr
        assert f"(process {old}) did not leave for {NEW} in time and is ended by force" in process.stderr.read()
    assert verify(installed.home).whole


def test_a_new_gateway_that_cannot_begin_costs_no_client_its_server_and_the_next_call_tries_again(
    installed: Installation, wait_until: Wait
):
    one = installed.bridge(legacy=True)
    one.call(1, "read_file", path=str(installed.folder / "report.md"))
    assert "Total: 42" in texts(one.answer(1))
    old = installed.status()["pid"]
    installed.upgrade()
    journal = Path(installed.home, "journal")
    program = "app/core/journal/database.py"
    begin = "def open_for_writing(path: str, max_pages: int) -> sqlite3.Connection:"
    full = f'{begin}\n    if os.path.exists(path + ".full"):\n        raise sqlite3.OperationalError("database or disk is full")'
    installed.releases.patch(NEW, program, begin, full)
    installed.releases.patch(NEW, "app/bridge/seeking.py", "START_SECONDS = 15.0", "START_SECONDS = 2.0")
    installed.releases.patch(NEW, "app/bridge/seeking.py", "CALM_SECONDS = 15.0", "CALM_SECONDS = 0.0")
    (journal / "calls.db.full").touch()
    wait_until(lambda: os.path.exists(ready_answers(installed.home, "filesystem")))
    newer = installed.bridge(legacy=True)
    wait_until(lambda: not alive(old))
    newer.request(2, "tools/list")
    assert newer.answer(2)["result"]["tools"], "from the ready answers"
    newer.call(3, "read_file", path=str(installed.folder / "report.md"))
    refused = newer.answer(3)["result"]
    assert refused["isError"]
    assert "does not answer, so nothing was done" in refused["content"][0]["text"]
    assert "disk is full" in installed.log()
    (journal / "calls.db.full").unlink()
    for client in (newer, one):
        ids = iter(range(4, 10_000))
        wait_until(lambda client=client, ids=ids: "Total: 42" in _read(client, next(ids), installed.folder), 60.0)
    assert installed.version() == NEW
    assert verify(installed.home).whole
