from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.bridge.main import read_arguments
from tests.fakes.client import stripped_environment
from tests.fakes.gateway import FakeGateway

TELL = """
import os, sys
leave = os._exit
def tell(status):
    sys.stderr.write("\\n".join(sys.modules))
    leave(status)
os._exit = tell
from app.bridge.main import main
main()
"""
TOO_DEAR = {
    "json",
    "re",
    "enum",
    "typing",
    "socket",
    "subprocess",
    "asyncio",
    "argparse",
    "logging",
    "threading",
    "hashlib",
}


@pytest.mark.parametrize(
    "arguments",
    [["filesystem"], ["--home", "/x", "filesystem"], ["--home=/x", "filesystem"], ["filesystem", "--home", "/x"]],
)
def test_the_server_is_named_and_the_home_may_be(home: str, arguments: list[str]):
    assert read_arguments(arguments) == ("/x" if len(arguments) > 1 else home, "filesystem")


@pytest.mark.parametrize(
    "arguments",
    [[], ["a", "b"], ["--home"], ["--home", "/x"], ["UPPER"], ["a/b"], ["x" * 31], ["--help-me", "a"], ["../x"]],
)
def test_anything_else_is_a_usage_error(arguments: list[str]):
    assert isinstance(read_arguments(arguments), str)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.bridge.main", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        input="",
    )


def test_a_usage_error_says_so_on_stderr_and_nothing_on_stdout():
    done = run("NO")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: doorkeep-bridge" in done.stderr


def test_help_is_not_protocol():
    done = run("--help")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_running_bridge_has_loaded_the_standard_library_and_itself_only(home: str, gateway: FakeGateway):
    with subprocess.Popen(
        [sys.executable, "-c", TELL, "--home", home, "filesystem"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=stripped_environment(),
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        peer = gateway.accept()
        process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}\n')
        process.stdin.flush()
        peer.read()
        gateway.end()
        assert b"isError" in process.stdout.readline()
        process.stdin.close()
        loaded = process.stderr.read().decode().split()
    given = {*sys.stdlib_module_names, "__main__", "sitecustomize", "usercustomize"}  # the system's own, at every start
    ours = {name for name in loaded if name.split(".")[0] not in given}
    strangers = {name for name in ours if name not in ("app", "app.version") and not name.startswith("app.bridge")}
    assert {name for name in strangers if not name.startswith(("_virtualenv", "_distutils_hack"))} == set()
    assert "app.bridge.posix" in ours
    assert not TOO_DEAR & set(loaded)


def test_it_writes_no_file(home: str, gateway: FakeGateway):
    before = sorted(os.walk(home))
    done = run("--home", home, "filesystem")
    assert done.returncode == 0
    assert sorted(os.walk(home)) == before


LATE = """
import os, sys
from app.bridge import posix
run, leave, known = posix.Pump.run, os._exit, set()
def running(pump):
    pump.poll = Polled(pump.poll)
    return run(pump)
class Polled:
    def __init__(self, poll):
        self.register, self.unregister, self._poll = poll.register, poll.unregister, poll.poll
    def poll(self, *given):
        if not known:
            known.update(sys.modules)
        return self._poll(*given)
def tell(status):
    sys.stderr.write("late:" + " ".join(sorted(set(sys.modules) - known)) + "\\n")
    leave(status)
posix.Pump.run, os._exit = running, tell
from app.bridge.main import main
main()
"""


def test_nothing_is_loaded_after_the_first_look_for_input_whatever_happens_then(
    home: str, gateway: FakeGateway, tmp_path: Path
):
    """An upgrade may have taken the files away by then: handshake, call, reconnection, an older gateway, none at all."""
    environment = {**stripped_environment(), "DOORKEEP_HOME": home}
    with subprocess.Popen(
        [sys.executable, "-c", LATE, "--home", home, "filesystem"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr

        def say(id_: int, method: str, **params: object) -> None:
            assert process.stdin
            line = json.dumps({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()

        peer = gateway.accept()
        say(1, "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "x", "version": "1"})
        peer.answer(peer.read(), {})
        assert json.loads(process.stdout.readline())["id"] == 1
        say(2, "tools/call", name="x", arguments={"deep": [1.5, None, True, "\u00e9"]})
        peer.read()
        peer.send({"doorkeep": 1, "hold": True})
        assert peer.read() == {"doorkeep": 1, "held": True}
        say(3, "tools/call", name="y")
        peer.close()
        assert "isError" in process.stdout.readline().decode(), "call 2 was lost, in words"
        peer = gateway.accept(greet=False)
        peer.send({"doorkeep": 1, "version": "0.0.1", "pid": 1})
        peer.answer(peer.read(), {})
        assert json.loads(process.stdout.readline())["id"] == 3
        asking = gateway.accept(greet=False)
        asking.send({"doorkeep": 1, "version": "99.0.0", "pid": 1})
        Path(home, "stopped").touch()
        gateway.end()
        for id_, method in ((4, "tools/list"), (5, "tools/call"), (6, "server/discover"), (7, "nonsense")):
            say(id_, method)
            assert json.loads(process.stdout.readline())["id"] == id_
        process.stdin.close()
        assert set(process.stderr.read().decode().split("\n")) == {"late:", ""}
