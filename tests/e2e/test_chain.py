from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from app.bridge.home import address
from app.clients.connect import Wish, carry_out
from app.clients.targets import find_client, find_target, this_installation
from app.control.client import ControlClient
from app.core.journal.reader import Reader
from app.desktop.apps import this_desktop
from tests.fakes.client import BridgeProcess, stripped_environment

Start = Callable[..., BridgeProcess]
MODES = ["legacy", "2026-07-28", "auto"]


def drive(parameters: StdioServerParameters, mode: Any, story: Callable[[Client], Any]) -> None:
    async def run() -> None:
        with anyio.fail_after(60):
            async with Client(parameters, mode=mode, read_timeout_seconds=30) as client:
                await story(client)

    anyio.run(run)


@pytest.fixture
def entry(chain: str, tmp_path: Path) -> StdioServerParameters:
    """What `connect` wrote into a client's configuration: the client knows nothing else of Doorkeep."""
    config = tmp_path / "claude_desktop_config.json"
    target = find_target(find_client("claude-desktop"), str(config))
    carry_out(target, this_installation(chain), Wish("connect", ("filesystem",)), this_desktop())
    written = json.loads(config.read_text())["mcpServers"]["filesystem"]
    return StdioServerParameters(command=written["command"], args=written["args"], env=written.get("env"))


@pytest.mark.parametrize("mode", MODES)
def test_the_sdks_client_lists_reads_writes_and_is_refused(entry: StdioServerParameters, folder: Path, mode: Any):
    async def story(client: Client) -> None:
        assert client.protocol_version == ("2025-11-25" if mode == "legacy" else "2026-07-28")
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert {
            "list_directory",
            "read_file",
            "search_files",
            "write_file",
            "edit_file",
            "move_file",
            "trash",
            "undo",
        } <= tools
        listed = await client.call_tool("list_directory", {"path": str(folder)})
        assert "report.md" in str(listed.content)
        read = await client.call_tool("read_file", {"path": str(folder / "report.md")})
        assert "Total: 42" in str(read.content)
        found = await client.call_tool("search_files", {"query": "milk", "path": str(folder)})
        assert "todo.txt" in str(found.content)
        written = await client.call_tool("write_file", {"path": str(folder / "new.txt"), "content": "new\n"})
        assert not written.is_error
        refused = await client.call_tool("read_file", {"path": "/etc/hostname"})
        assert refused.is_error

    drive(entry, mode, story)
    assert (folder / "new.txt").read_text() == "new\n"


def test_a_home_is_reached_only_through_the_written_configuration(
    chain: str,
    entry: StdioServerParameters,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: Callable[..., object],
):
    monkeypatch.delenv("DOORKEEP_HOME")

    async def story(client: Client) -> None:
        assert not (await client.call_tool("read_file", {"path": str(folder / "report.md")})).is_error

    drive(entry, "auto", story)
    with Reader(chain) as reader:
        wait_until(lambda: [one.outcome for one in reader.query().records] == ["ok"])
        [record] = reader.query().records
    assert (record.tool, record.outcome, record.decision) == ("read_file", "ok", "allowed")
    assert record.paths == [str(folder / "report.md")]


def test_three_bridges_at_once_without_a_gateway_share_one(bridge: Start, chain: str, folder: Path):
    bridges = [bridge() for _ in range(3)]
    for one in bridges:
        one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
    for one in bridges:
        assert "Total: 42" in str(one.answer(1)["result"])
    with ControlClient.connect(chain) as control:
        status = control.call("status")
    assert len(status["sessions"]) == 3
    assert [server["name"] for server in status["servers"] if server["pid"]] == ["filesystem"]


def test_the_gateway_that_a_stripped_bridge_started_is_not_its_descendant(bridge: Start, chain: str):
    assert set(stripped_environment()) <= {"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"}
    one = bridge()
    one.request(1, "tools/list", modern=True)
    one.answer(1)
    with ControlClient.connect(chain) as control:
        pid = control.pid
    one.process.kill()
    one.wait()
    with ControlClient.connect(chain) as control:
        assert control.pid == pid
    assert os.getsid(pid) != os.getsid(0)


def test_a_call_answered_to_a_client_is_in_the_log_with_its_client(
    bridge: Start, chain: str, folder: Path, wait_until: Callable[..., object]
):
    one = bridge()
    one.initialize()
    one.answer("init")
    one.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    one.call(1, "read_file", path=str(folder / "report.md"))
    one.answer(1)
    with Reader(chain) as reader:
        wait_until(lambda: reader.query().records)
        [record] = reader.query().records
    assert record.client == "fake 1"
    assert record.folder == str(folder)


def test_ten_thousand_bytes_of_nonsense_do_not_end_the_session(bridge: Start, folder: Path):
    one = bridge()
    one.send_bytes(b"nonsense" * 1250 + b"\n" + b'{"jsonrpc":"2.0","id":[1],"method":3}\n' + b'\xff\xfe{"x"\n')
    one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
    assert "Total: 42" in str(one.answer(1)["result"])


def test_the_socket_is_the_users_alone(bridge: Start, chain: str):
    one = bridge()
    one.request(1, "tools/list", modern=True)
    one.answer(1)
    path = address(chain)
    assert os.stat(os.path.dirname(path)).st_mode & 0o077 == 0
