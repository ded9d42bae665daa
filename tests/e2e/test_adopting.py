"""Adopting from end to end: a real gateway, a real keychain, real servers, and the client's file back byte for byte."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.bridge.home import stopped_mark
from tests.fakes import far_server
from tests.fakes import keychain as fake
from tests.fakes.client import BridgeProcess
from tests.fakes.far_server import FarServer
from tests.fakes.house import House
from tests.fakes.keychain import Keychain

CLIENT = "claude-desktop"
CANARIES = {
    "env": "ghp_canaryInTheEnvironment0123456789",
    "args": "canary-in-the-arguments-9b74c9897bac",
    "url": "canary.in.a.header-5d41402abc4b2a76",
}
SERVER = """
import hashlib, json, os, sys
key = os.environ.get("SERVICE_TOKEN") or (sys.argv[1].partition("=")[2] if len(sys.argv) > 1 else "none")
for line in sys.stdin:
    ask = json.loads(line)
    if "id" not in ask:
        continue
    result = {
        "initialize": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "k", "version": "1"}},
        "tools/list": {"tools": [{"name": "key", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}]},
        "tools/call": {"content": [{"type": "text", "text": hashlib.sha256(key.encode()).hexdigest()}]},
    }.get(ask["method"])
    answer = {"result": result} if result else {"error": {"code": -32601, "message": "no such method"}}
    print(json.dumps({"jsonrpc": "2.0", "id": ask["id"], **answer}), flush=True)
"""


@pytest.fixture
def far() -> Iterator[FarServer]:
    with far_server.running("http", CANARIES["url"]) as found:
        yield found


@pytest.fixture
def keychain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keychain]:
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    with fake.running(tmp_path) as running:
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def house(home: str, keychain: Keychain) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


@pytest.fixture
def config(guard: Path, far: FarServer, tmp_path: Path) -> Path:
    """Four servers: a token in a variable, one in an argument, one in a header, and one server without any."""
    program = tmp_path / "key_server.py"
    program.write_text(SERVER)
    own = {"command": sys.executable, "args": [str(program)]}
    servers = {
        "In Env": {**own, "env": {"SERVICE_TOKEN": CANARIES["env"]}},
        "in-args": {**own, "args": [str(program), f"--api-key={CANARIES['args']}"]},
        "far": {"url": far.url, "headers": {"Authorization": f"Bearer {CANARIES['url']}"}},
        "bare": own,
    }
    path = guard / ".config" / "Claude" / "claude_desktop_config.json"
    path.parent.mkdir(parents=True)
    path.write_text(
        json.dumps({"globalShortcut": "Ctrl+Ü", "mcpServers": servers}, indent=4, ensure_ascii=False) + "\n\n"
    )
    return path


def called(config: Path, key: str, tool: str, **arguments: Any) -> str:
    """What a client gets that starts the entry as it stands in the file."""
    entry = json.loads(config.read_text())["mcpServers"][key]
    process = BridgeProcess(command=[entry["command"], *entry["args"]])
    try:
        process.initialize()
        process.answer("init", 60)
        process.call(1, tool, **arguments)
        return process.answer(1, 60)["result"]["content"][0]["text"]
    finally:
        process.end()


def in_the_open(account: Path) -> list[tuple[str, str]]:
    """Every file below the account, Doorkeep's home and the client's folder included, in which a canary stands."""
    files = {path: path.read_bytes() for path in account.rglob("*") if path.is_file() and not path.is_symlink()}
    return [
        (str(path), name)
        for path, content in files.items()
        for name, one in CANARIES.items()
        if one.encode() in content
    ]


def test_servers_are_adopted_called_and_given_back_and_no_secret_lies_anywhere_meanwhile(
    house: House, config: Path, guard: Path, home: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = config.read_bytes()
    assert cli.main(["clients", "connect", CLIENT]) == 0
    assert len(in_the_open(guard)) == 6, "the file, and the copy that connecting keeps"
    assert cli.main(["clients", "adopt", CLIENT, "--yes"]) == 0
    assert in_the_open(guard) == []
    digest = {name: hashlib.sha256(value.encode()).hexdigest() for name, value in CANARIES.items()}
    assert called(config, "In Env", "key") == digest["env"]
    assert called(config, "in-args", "key") == digest["args"]
    assert called(config, "bare", "key") == hashlib.sha256(b"none").hexdigest()
    assert cli.main(["servers", "allow", "far", "echo"]) == 0
    assert called(config, "far", "echo", text="through the door") == "through the door"
    assert in_the_open(guard) == []
    assert cli.main(["servers", "list", "--json"]) == 0
    listed = {row["name"]: row for row in json.loads(capfd.readouterr().out.splitlines()[-1])}
    assert [listed[name]["reviewed"] for name in ("in-env", "in-args", "far", "bare")] == [False] * 4
    assert cli.main(["clients", "disconnect", CLIENT]) == 0
    assert config.read_bytes() == before
    said = capfd.readouterr()
    assert not any(one in said.out + said.err for one in CANARIES.values())


def test_leaving_every_client_starts_a_gateway_for_the_secrets_though_the_user_had_stopped_it(
    house: House, config: Path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_home: str) -> None:
        """Where the system would; the one before has ended, and is nobody's child there."""
        house.wait()
        house.start()

    monkeypatch.setattr("app.bridge.launch.start_gateway", start)
    before = config.read_bytes()
    assert cli.main(["clients", "adopt", CLIENT, "--yes"]) == 0
    assert cli.main(["stop"]) == 0
    house.wait()
    assert Path(stopped_mark(home)).exists()
    assert cli.main(["clients", "disconnect", "--all"]) == 0
    assert config.read_bytes() == before
    assert Path(stopped_mark(home)).exists()
    assert cli.main(["clients", "adopt", CLIENT, "In Env", "in-args", "--yes"]) == 0
    assert Path(stopped_mark(home)).exists()


def test_with_the_keychain_locked_leaving_says_what_is_left(
    house: House, keychain: Keychain, config: Path, guard: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["clients", "adopt", CLIENT, "--yes"]) == 0
    keychain.lock()
    assert cli.main(["clients", "disconnect", "--all"]) == 1
    assert "Not given back: In Env, in-args, far." in capfd.readouterr().out
    left = json.loads(config.read_text())["mcpServers"]
    assert left["bare"]["args"] != left["far"]["args"]
    assert in_the_open(guard) == []
