"""Against the fake Claude Desktop as a process: what it overwrites, forgets and spawns, and what we make of it."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.clients import configfile, pending
from app.clients.changes import Wish
from app.clients.check import check
from app.clients.configfile import ChangedMeanwhileError
from app.clients.connect import AppRunningError, carry_out, carry_out_when_closed
from app.clients.due import apply_due
from app.clients.guardian import Guardian
from app.clients.restarting import Timing, carry_out_restarting
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError
from app.desktop.apps import Desktop, this_desktop
from tests.app.clients.conftest import FakeClaude
from tests.fakes.vault_door import VaultDoor

if sys.platform != "linux":
    pytest.skip("the fake app is found by /proc", allow_module_level=True)

CONNECT = Wish("connect", ("filesystem",))
PATIENT = Timing(quit=40.0, launch=40.0, settle=40.0)
SERVER = """
import json, os, sys
for line in sys.stdin:
    ask = json.loads(line)
    if "id" not in ask:
        continue
    result = {
        "initialize": {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "small", "version": "1"}},
        "tools/list": {"tools": [{"name": "env", "inputSchema": {"type": "object"}}]},
        "tools/call": {"content": [{"type": "text", "text": " ".join([os.getcwd(), *sorted(os.environ)])}]},
    }.get(ask["method"])
    answer = {"result": result} if result else {"error": {"code": -32601, "message": "no such method"}}
    print(json.dumps({"jsonrpc": "2.0", "id": ask["id"], **answer}), flush=True)
"""
Wait = Callable[..., object]


@pytest.fixture
def real() -> Desktop:
    return this_desktop()


def servers(config: Path) -> dict[str, Any]:
    return json.loads(config.read_text()).get("mcpServers", {})


def test_the_fake_overwrites_an_edit_made_while_it_runs(claude: FakeClaude, config: Path) -> None:
    claude.start("--no-servers")
    config.write_text('{"mcpServers": {"edited": {"command": "x"}}}')
    claude.order(do="toggle")
    assert set(servers(config)) == {"weather"}


def test_the_fake_leaves_a_stub_after_a_file_that_does_not_parse(claude: FakeClaude, config: Path) -> None:
    config.write_text(config.read_text() + ",")
    claude.start("--no-servers")
    assert "could not load" in claude.status["dialogs"][0]
    assert set(json.loads(config.read_text())) == {"preferences"}


def test_the_fake_makes_a_file_of_a_link(claude: FakeClaude, config: Path, tmp_path: Path) -> None:
    config.rename(tmp_path / "real.json")
    config.symlink_to(tmp_path / "real.json")
    claude.start("--no-servers")
    assert not config.is_symlink()


def test_the_fake_spawns_each_entry_three_times_and_calls_tools(claude: FakeClaude, config: Path) -> None:
    entry = {"command": sys.executable, "args": ["-c", SERVER], "env": {"OWN": "1"}}
    config.write_text(json.dumps({"mcpServers": {"plain": entry, "broken": {"url": "http://x"}}}))
    claude.start()
    facts = claude.status["servers"]["plain"]
    assert [each["instance"] for each in facts] == ["chat", "CCD", "LAM"]
    assert [each["tools"] for each in facts] == [["env"]] * 3
    assert len({each["pid"] for each in facts}) == 3
    assert "broken was skipped" in claude.status["dialogs"][0]
    answer = claude.order(do="call", server="plain", tool="env")
    folder, *names = answer["result"]["content"][0]["text"].split()
    assert folder == "/"
    assert {"HOME", "PATH", "OWN"} <= set(names)
    assert "PYTEST_CURRENT_TEST" not in names


def test_while_it_runs_nothing_is_written(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop
) -> None:
    claude.start("--no-servers")
    before = config.read_bytes()
    with pytest.raises(AppRunningError):
        carry_out(target, installation, CONNECT, real)
    assert config.read_bytes() == before


def test_quit_and_connect_ends_with_the_app_running_and_the_entry_in_its_memory(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop
) -> None:
    claude.start("--no-servers", "--slow-quit", "0.2")
    done = carry_out_restarting(target, installation, CONNECT, real, PATIENT)
    assert (done.restarted, done.kept) == (True, True)
    claude.wait(lambda: claude.status["launches"] == 2 and claude.status["ready"])
    assert claude.status["writes"] >= 1
    assert set(servers(config)) == {"weather", "filesystem"}
    assert check(target, installation, real).well


def test_an_app_that_drops_servers_at_each_launch_is_found_out(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop
) -> None:
    claude.start("--no-servers", "--forgets-servers")
    config.write_text(json.dumps({"mcpServers": {}}))
    done = carry_out_restarting(target, installation, CONNECT, real, PATIENT)
    assert done.kept is False
    assert check(target, installation, real).state == "wiped"


def test_an_app_that_never_quits_is_not_forced(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop
) -> None:
    claude.start("--no-servers", "--never-quits")
    before = config.read_bytes()
    with pytest.raises(ClientConfigError, match="still runs"):
        carry_out_restarting(target, installation, CONNECT, real, Timing(0.2, 1.0, 1.0))
    assert config.read_bytes() == before
    claude.order(do="quit")


def test_a_change_that_waits_is_made_by_another_process_after_the_app_closed(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop
) -> None:
    claude.start("--no-servers")
    assert carry_out_when_closed(target, installation, CONNECT, real).state == "waiting"
    assert apply_due(installation, real) == []
    claude.quit()
    assert set(servers(config)) == {"weather"}
    assert [each.problem for each in apply_due(installation, real)] == [""]
    assert set(servers(config)) == {"weather", "filesystem"}
    assert pending.waiting(installation.home) == []


def test_the_guardian_sees_the_app_close_the_change_made_and_a_wipe_afterwards(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop, wait_until: Wait
) -> None:
    told: list[str] = []
    applied: list[Any] = []
    guardian = Guardian(
        installation, real, [target], lambda report: told.append(report.state), applied.append, look_again=600.0
    )
    claude.start("--no-servers")
    guardian.start()
    try:
        carry_out_when_closed(target, installation, CONNECT, real)
        guardian.stir()
        claude.quit()
        wait_until(lambda: applied, seconds=40)
        assert "filesystem" in servers(config)
        claude.start("--no-servers", "--forgets-servers")
        wait_until(lambda: told, seconds=40)
        assert told == ["wiped"]
        report = check(target, installation, real)
        assert report.running
        assert guardian.put_back(report).state == "waiting"
        claude.quit()
        wait_until(lambda: told == ["wiped", "connected"], seconds=40)
        assert "filesystem" in servers(config)
    finally:
        guardian.stop()


def test_an_entry_that_the_user_removed_in_the_app_stays_removed(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop
) -> None:
    carry_out(target, installation, CONNECT, real)
    claude.start("--no-servers")
    claude.order(do="remove", server="filesystem")
    claude.quit()
    assert check(target, installation, real).state == "removed"
    assert apply_due(installation, real) == []
    assert set(servers(config)) == {"weather"}


def test_an_app_that_rewrites_in_the_very_moment_never_loses_a_byte_of_its_own(
    claude: FakeClaude, config: Path
) -> None:
    """The exchange, raced: nobody asks here whether the app runs."""
    stop = threading.Event()
    wrote: list[int] = []
    mine, refused, others = 0, 0, list[str]()

    def app() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            new = config.with_suffix(".app")
            new.write_text(json.dumps({"app": number}))
            new.rename(config)
            wrote.append(number)

    thread = threading.Thread(target=app)
    thread.start()
    try:
        for _ in range(300):
            try:
                snapshot = configfile.read(str(config))
                seen = json.loads(snapshot.content).get("app", 0)
                configfile.replace(snapshot, json.dumps({"app": seen, "ours": True}).encode())
                mine += 1
            except ChangedMeanwhileError:
                refused += 1
            except ClientConfigError as error:
                others.append(error.title)
    finally:
        stop.set()
        thread.join(30)
    assert all("rewritten all the time" in title for title in others)
    assert json.loads(config.read_text())["app"] == wrote[-1]
    assert refused > 0
    assert mine + refused + len(others) == 300


def test_a_running_app_on_a_timer_keeps_all_that_it_knows(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop
) -> None:
    claude.start("--no-servers", "--every", "0.001")
    for _ in range(20):
        with pytest.raises(AppRunningError):
            carry_out(target, installation, CONNECT, real)
    claude.quit()
    assert claude.status["writes"] > 5
    assert set(servers(config)) == {"weather"}
    assert carry_out(target, installation, CONNECT, real).state == "done"
    assert servers(config)["weather"]["env"] == {"TOKEN": "hunter2"}


def test_quit_and_adopt_ends_with_the_app_running_and_no_secret_in_its_file(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop, door: VaultDoor
) -> None:
    before = servers(config)
    claude.start("--no-servers")
    done = carry_out_restarting(target, installation, Wish("adopt"), real, PATIENT)
    assert (done.restarted, done.kept, door.values) == (True, True, {"weather": "hunter2"})
    claude.wait(lambda: claude.status["launches"] == 2 and claude.status["ready"])
    assert "hunter2" not in config.read_text()
    assert carry_out_restarting(target, installation, Wish("return"), real, PATIENT).restarted
    assert servers(config) == before


def test_adopting_waits_until_the_app_closed_and_moves_no_secret_before(
    claude: FakeClaude, config: Path, target: Target, installation: Installation, real: Desktop, door: VaultDoor
) -> None:
    claude.start("--no-servers")
    assert carry_out_when_closed(target, installation, Wish("adopt", ("weather",)), real).state == "waiting"
    assert apply_due(installation, real) == []
    assert door.values == {}
    claude.quit()
    assert [each.problem for each in apply_due(installation, real)] == [""]
    assert door.values == {"weather": "hunter2"}
    assert "hunter2" not in config.read_text()
