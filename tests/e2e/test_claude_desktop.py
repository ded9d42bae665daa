"""The main job as Claude Desktop sees it: quit, connected, started again, and its three copies of us read a real file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.desktop.posix import LOCK

if sys.platform != "linux":
    pytest.skip("the fake app is found by /proc", allow_module_level=True)

FAKE = Path(__file__).parents[1] / "fakes" / "claude_desktop.py"


@pytest.fixture
def config(guard: Path) -> Path:
    path = guard / ".config" / "Claude" / "claude_desktop_config.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"globalShortcut": "Ctrl+Space"}')
    return path


def test_quit_and_connect_gives_a_running_claude_the_granted_folder(
    chain: str, folder: Path, config: Path, tmp_path: Path, wait_until: Callable[..., object]
) -> None:
    status = tmp_path / "status.json"

    def facts() -> dict[str, Any]:
        return json.loads(status.read_text()) if status.exists() else {}

    command = [sys.executable, str(FAKE), "--config", str(config), "--status", str(status)]
    first = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: facts().get("ready"), seconds=60)
        assert cli.main(["clients", "connect", "claude-desktop", "--quit"]) == 0
        wait_until(lambda: facts()["launches"] == 2 and facts()["ready"], seconds=60)
        assert first.wait(20) == 0
        copies = facts()["servers"]["filesystem"]
        assert [each["instance"] for each in copies] == ["chat", "CCD", "LAM"]
        assert all("read_file" in each["tools"] for each in copies)
        assert json.loads(config.read_text())["globalShortcut"] == "Ctrl+Space"
    finally:
        first.kill()
        first.wait(20)
        if os.path.lexists(config.parent / LOCK):
            os.kill(facts()["pid"], signal.SIGTERM)
        wait_until(lambda: not os.path.lexists(config.parent / LOCK), seconds=60)


def test_a_tool_call_from_the_app_reads_a_file(
    chain: str, folder: Path, config: Path, tmp_path: Path, wait_until: Callable[..., object]
) -> None:
    assert cli.main(["clients", "connect", "claude-desktop"]) == 0
    status = tmp_path / "status.json"
    command = [sys.executable, str(FAKE), "--config", str(config), "--status", str(status)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as app:
        wait_until(lambda: status.exists() and json.loads(status.read_text())["ready"], seconds=60)
        path = str(folder / "report.md")
        assert app.stdin is not None
        for arguments in ({"path": path}, {"path": "/etc/hostname"}):
            order = {"do": "call", "server": "filesystem", "tool": "read_file", "arguments": arguments}
            app.stdin.write(json.dumps(order).encode() + b"\n")
        app.stdin.write(b'{"do": "quit"}\n')
        app.stdin.flush()
        assert app.wait(60) == 0
    read, refused = [answer["result"] for answer in json.loads(status.read_text())["answers"][:2]]
    assert "Total: 42" in read["content"][0]["text"]
    assert refused["isError"]
