"""The bundles for Claude Desktop: validated and packed by the official packer, and run as the app would run them."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.bridge.home import default_home
from app.version import VERSION
from tests.fakes import installed
from tests.fakes.claude_desktop import Server
from tests.fakes.house import House

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
make = importlib.import_module("mcpb.make")

NAMES = ("filesystem", "git", "notes")
pytestmark = pytest.mark.timeout(2 * installed.SECONDS + 120)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All three, packed."""
    packer = [str(installed.from_npm(make.PACKER) / "mcpb")]
    into = tmp_path_factory.mktemp("mcpb")
    return {name: Path(make.make(name, VERSION, str(into), packer)) for name in NAMES}


@pytest.fixture
def unpacked(bundles: dict[str, Path], tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Installs a bundle as the app does; gives the entry that it runs, with `${__dirname}` filled in."""

    def install(name: str) -> dict[str, Any]:
        folder = tmp_path / "Claude Extensions" / f"local.mcpb.{name}"
        with zipfile.ZipFile(bundles[name]) as archive:
            archive.extractall(folder)
        entry = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["server"]["mcp_config"]
        node = shutil.which("node")
        assert node is not None
        args = [word.replace("${__dirname}", str(folder)) for word in entry["args"]]
        return {"command": node, "args": args}

    return install


@pytest.fixture
def doorkeep_here(guard: Path) -> Path:
    """This source, installed for the user where the launcher looks; gives the bridge."""
    bridge = guard / ".local/lib/doorkeep/current/doorkeep-bridge"
    bridge.parent.mkdir(parents=True)
    bridge.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m app.bridge.main "$@"\n')
    bridge.chmod(0o755)
    return bridge


@pytest.fixture
def gateway(guard: Path, folder: Path) -> Iterator[House]:
    """A gateway of the user's own home, which a client's stripped environment leads to."""
    home = default_home()
    os.makedirs(home, mode=0o700)
    found = House(home)
    found.settings(f'[[folders]]\npath = "{folder}"\naccess = "read"\n')
    found.start()
    yield found
    found.end()


@pytest.fixture
def spawned() -> Iterator[Callable[[dict[str, Any]], Server]]:
    made: list[Server] = []

    def spawn(entry: dict[str, Any]) -> Server:
        made.append(Server("doorkeep", "chat", entry))
        return made[-1]

    yield spawn
    for one in made:
        one.close()
        while one.answers.get(timeout=60) is not None:
            """What was said last; None is the end of the stream."""
        assert one.process.stdout is not None
        one.process.stdout.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_lists_the_tools_of_the_release(name: str) -> None:
    found = make.manifest(name, VERSION)
    listed = json.loads((ROOT / f"resources/builtin/{name}.json").read_text())["tools"]
    assert [tool["name"] for tool in found["tools"]] == [tool["name"] for tool in listed]
    assert all(tool["description"] for tool in found["tools"])
    assert found["server"]["mcp_config"]["args"][-1] == name
    assert found["version"] == VERSION


@pytest.mark.needs_npm
@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_holds_a_launcher_and_nothing_more(bundles: dict[str, Path], name: str) -> None:
    with zipfile.ZipFile(bundles[name]) as archive:
        assert sorted(archive.namelist()) == ["LICENSE", "icon.png", "manifest.json", "server/launcher.js"]
        assert archive.read("icon.png").startswith(b"\x89PNG")


@pytest.mark.needs_npm
def test_a_bundle_reaches_the_installed_doorkeep(
    unpacked, doorkeep_here: Path, gateway: House, spawned, folder: Path
) -> None:
    server = spawned(unpacked("filesystem"))
    assert "read_file" in server.open()["tools"]
    answer = server.ask("tools/call", {"name": "read_file", "arguments": {"path": str(folder / "report.md")}})
    assert "Total: 42" in answer["content"][0]["text"]
    assert [session["server"] for session in gateway.status()["sessions"]] == ["filesystem"]


@pytest.mark.needs_npm
def test_closing_the_stream_ends_launcher_and_bridge(unpacked, doorkeep_here: Path, gateway: House, spawned) -> None:
    server = spawned(unpacked("notes"))
    server.open()
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(60) == 0


def children_of(parent: int) -> list[int]:
    """By the field `ppid` of proc(5), which stands after the name in brackets."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(path.parent.name))
    return found


@pytest.mark.needs_npm
def test_a_polite_request_to_end_reaches_the_bridge(
    unpacked, doorkeep_here: Path, gateway: House, spawned, wait_until
) -> None:
    server = spawned(unpacked("git"))
    server.open()
    (bridge,) = children_of(server.process.pid)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(60)
    wait_until(lambda: not Path(f"/proc/{bridge}").exists())


@pytest.mark.needs_npm
def test_without_doorkeep_it_says_so_in_words_that_the_model_can_pass_on(unpacked, spawned) -> None:
    server = spawned(unpacked("filesystem"))
    assert server.open()["tools"] == ["doorkeep_is_missing"]
    answer = server.ask("tools/call", {"name": "doorkeep_is_missing", "arguments": {}})
    assert answer["isError"] is True
    assert "not installed" in answer["content"][0]["text"]
    with pytest.raises(OSError, match="not installed"):
        server.ask("completion/complete", {})
    server.process.stdin.write(b"no json\n[]\n{}\nnull\n")  # type: ignore[union-attr]
    assert server.ask("ping", {}) == {}


@pytest.mark.needs_npm
def test_it_looks_where_each_system_installs() -> None:
    node = shutil.which("node")
    assert node is not None
    script = (
        f"const {{places}} = require({json.dumps(str(ROOT / 'packaging/mcpb/launcher.js'))});"
        "console.log(JSON.stringify([places('darwin', {}, '/Users/ann'), places('linux', {}, '/home/ann'),"
        "places('win32', {LOCALAPPDATA: 'C:\\\\Users\\\\Ann\\\\AppData\\\\Local'}, 'C:\\\\Users\\\\Ann'),"
        "places('win32', {}, 'C:\\\\Users\\\\Ann')]))"
    )
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, timeout=60, check=True)
    darwin, linux, windows, stripped = json.loads(done.stdout)
    assert darwin == [
        "/Applications/Doorkeep.app/Contents/MacOS/doorkeep-bridge",
        "/Users/ann/Applications/Doorkeep.app/Contents/MacOS/doorkeep-bridge",
    ]
    assert linux[:2] == [
        "/home/ann/.local/lib/doorkeep/current/doorkeep-bridge",
        "/usr/lib/doorkeep/current/doorkeep-bridge",
    ]
    assert windows == stripped == ["C:\\Users\\Ann\\AppData\\Local\\Programs\\Doorkeep\\current\\doorkeep-bridge.exe"]
