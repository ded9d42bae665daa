"""Real programs of others: the Inspector's command line and Claude Code. Installed on demand into a cache folder, never elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.fakes.client import stripped_environment

INSTALL_SECONDS = 400
RUN_SECONDS = 90
INSPECTOR = "@modelcontextprotocol/inspector"
CLAUDE_CODE = "@anthropic-ai/claude-code"

pytestmark = [pytest.mark.needs_npm, pytest.mark.timeout(INSTALL_SECONDS + 2 * RUN_SECONDS)]


@pytest.fixture(scope="module")
def programs() -> Path:
    """The folder that holds both programs' commands."""
    npm = shutil.which("npm")
    if npm is None:
        if os.environ.get("CI"):
            pytest.fail("npm is missing, and these tests must not be skipped in CI")
        pytest.skip("npm is missing: the Inspector and Claude Code were not tried")
    cache = Path(os.environ.get("DOORKEEP_TEST_CACHE") or Path(tempfile.gettempdir()) / f"doorkeep-npm-{os.getuid()}")
    commands = cache / "node_modules" / ".bin"
    if not (commands / "mcp-inspector").exists() or not (commands / "claude").exists():
        cache.mkdir(mode=0o700, exist_ok=True)
        install = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(cache), INSPECTOR, CLAUDE_CODE]
        done = subprocess.run(install, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    return commands


def run(arguments: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**stripped_environment(), **more}
    return subprocess.run(
        arguments,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
    )


def inspect(programs: Path, bridge: list[str], *arguments: str) -> dict[str, object]:
    done = run([str(programs / "mcp-inspector"), "--cli", *bridge, *arguments])
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def command(chain: str) -> list[str]:
    from app.clients.targets import bridge_path

    return [bridge_path(), "--home", chain, "filesystem"]


def test_the_inspector_lists_the_tools(programs: Path, command: list[str]):
    found = inspect(programs, command, "--method", "tools/list")
    assert "read_file" in json.dumps(found)


def test_the_inspector_calls_a_tool(programs: Path, command: list[str], folder: Path):
    path = str(folder / "report.md")
    found = inspect(
        programs, command, "--method", "tools/call", "--tool-name", "read_file", "--tool-arg", f"path={path}"
    )
    assert "Total: 42" in json.dumps(found)


def test_claude_code_connects(programs: Path, command: list[str], guard: Path):
    claude = str(programs / "claude")
    quiet = {"CLAUDE_CONFIG_DIR": str(guard / "claude"), "DISABLE_AUTOUPDATER": "1", "DISABLE_TELEMETRY": "1"}
    added = run([claude, "mcp", "add", "--scope", "user", "doorkeep-filesystem", "--", *command], **quiet)
    assert added.returncode == 0, added.stdout + added.stderr
    listed = run([claude, "mcp", "list"], **quiet)
    assert "doorkeep-filesystem" in listed.stdout
    assert "Connected" in listed.stdout, listed.stdout + listed.stderr
