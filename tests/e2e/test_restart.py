from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.bridge.home import ready_answers, stopped_mark
from app.control.client import ControlClient
from app.core.journal.reader import Reader
from tests.fakes.client import BridgeProcess
from tests.fakes.house import alive

Start = Callable[..., BridgeProcess]


def legacy(one: BridgeProcess) -> BridgeProcess:
    one.initialize()
    assert one.answer("init")["result"]["protocolVersion"] == "2025-11-25"
    one.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    return one


def read(one: BridgeProcess, id_: int, path: Path, modern: bool = False) -> Any:
    one.call(id_, "read_file", modern=modern, path=str(path))
    return one.answer(id_)["result"]


def gateway_pid(home: str) -> int:
    with ControlClient.connect(home) as control:
        return control.pid


def test_sessions_of_both_eras_live_on_when_the_gateway_is_killed(
    bridge: Start, chain: str, folder: Path, wait_until: Callable[..., object]
):
    old, new = legacy(bridge()), bridge()
    assert not read(old, 1, folder / "report.md").get("isError")
    assert not read(new, 1, folder / "report.md", modern=True).get("isError")
    first = gateway_pid(chain)
    os.kill(first, signal.SIGKILL)
    for one, modern in ((old, False), (new, True)):
        answers = [read(one, id_, folder / "report.md", modern) for id_ in (2, 3)]
        assert "Total: 42" in str(answers[-1]), (
            "at the latest the call after the lost one works, without a new handshake"
        )
    second = gateway_pid(chain)
    assert second != first
    with ControlClient.connect(chain) as control:
        sessions = control.call("status")["sessions"]
    assert sorted(session["protocol"] for session in sessions) == ["2025-11-25", "2026-07-28"]


def test_a_graceful_restart_is_not_seen_by_a_client(bridge: Start, chain: str, folder: Path):
    one = legacy(bridge())
    assert not read(one, 1, folder / "report.md").get("isError")
    with ControlClient.connect(chain) as control:
        control.call("stop")
    one.request(2, "tools/list")
    assert one.answer(2)["result"]["tools"]


def test_while_doorkeep_is_stopped_lists_are_given_and_calls_refused_and_nothing_is_started(
    bridge: Start, chain: str, folder: Path, wait_until: Callable[..., object]
):
    one = bridge()
    assert not read(one, 1, folder / "report.md", modern=True).get("isError")
    wait_until(lambda: os.path.exists(ready_answers(chain, "filesystem")))
    pid = gateway_pid(chain)
    with ControlClient.connect(chain) as control:
        control.call("stop", stay=True)
    wait_until(lambda: not alive(pid))
    late = legacy(bridge())
    late.request(2, "tools/list")
    assert {tool["name"] for tool in late.answer(2)["result"]["tools"]} >= {"read_file", "write_file"}
    for client, modern in ((late, False), (one, True)):
        refused = read(client, 3, folder / "report.md", modern)
        assert refused["isError"]
        assert "switched off" in refused["content"][0]["text"]
    os.unlink(stopped_mark(chain))
    assert "Total: 42" in str(read(late, 4, folder / "report.md"))
    assert "Total: 42" in str(read(one, 4, folder / "report.md", modern=True))


def test_a_killed_server_costs_its_calls_in_flight_and_the_next_call_starts_another(
    bridge: Start, chain: str, folder: Path
):
    one = bridge()
    read(one, 1, folder / "report.md", modern=True)
    with ControlClient.connect(chain) as control:
        [pid] = [server["pid"] for server in control.call("status")["servers"]]
    os.kill(pid, signal.SIGKILL)
    answers = [read(one, id_, folder / "report.md", modern=True) for id_ in (2, 3)]
    assert "Total: 42" in str(answers[-1])


def test_rows_that_a_killed_gateway_left_open_are_closed_as_lost(
    bridge: Start, chain: str, folder: Path, wait_until: Callable[..., object]
):
    one = bridge()
    read(one, 1, folder / "report.md", modern=True)
    for id_ in range(2, 40):
        one.call(id_, "search_files", modern=True, query="milk", path=str(folder))
    with ControlClient.connect(chain) as control:
        wait_until(lambda: control.call("status")["sessions"][0]["in_flight"] > 0)
    os.kill(gateway_pid(chain), signal.SIGKILL)
    for id_ in range(2, 40):
        one.answer(id_)
    read(one, 40, folder / "report.md", modern=True)
    with Reader(chain) as reader:
        wait_until(lambda: {record.outcome for record in reader.walk()} <= {"ok", "lost", "error"})
        assert "lost" in {record.outcome for record in reader.walk()}
