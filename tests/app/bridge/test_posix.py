from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bridge.framing import WORDS
from app.version import VERSION
from tests.fakes.client import BridgeProcess
from tests.fakes.gateway import FakeGateway

if sys.platform == "win32":
    pytest.skip("the pump of Linux and macOS", allow_module_level=True)

Start = Callable[..., BridgeProcess]


def test_the_hello_names_server_and_parent_and_lines_pass_unchanged_both_ways(gateway: FakeGateway, bridge: Start):
    client = bridge()
    peer = gateway.accept()
    named = {"doorkeep": 1, "as": "session", "server": "filesystem", "ppid": os.getpid()}
    assert peer.hello == {**named, "version": VERSION, "words": WORDS}
    odd = b'{ "method":"x/y",\t"id" : 1,"jsonrpc":"2.0", "params":{"caf\xc3\xa9":1e2}}'
    client.send_bytes(odd + b"\n")
    assert peer.connection.recv(1000) == odd + b"\n"
    peer.send_bytes(b'{"jsonrpc":"2.0","id":1,"result":{ "a" : 1.50}}\n')
    assert client.read_line() == b'{"jsonrpc":"2.0","id":1,"result":{ "a" : 1.50}}'


def test_it_leaves_when_the_client_closes_its_input(gateway: FakeGateway, bridge: Start):
    client = bridge()
    gateway.accept()
    client.close_input()
    assert client.wait() == 0


def test_answers_in_flight_still_arrive_after_the_end_of_input(gateway: FakeGateway, bridge: Start):
    client = bridge()
    peer = gateway.accept()
    client.call(1, "read_file", path="a")
    request = peer.read()
    client.close_input()
    peer.answer(request, {"content": []})
    assert client.read() == {"jsonrpc": "2.0", "id": 1, "result": {"content": []}}
    assert client.wait() == 0


def test_a_call_that_is_not_answered_in_time_gets_an_error_before_the_bridge_leaves(
    gateway: FakeGateway, bridge: Start
):
    client = bridge()
    gateway.accept()
    client.call(1, "read_file", path="a")
    client.close_input()
    assert client.answer(1)["result"]["isError"] is True
    assert client.wait() == 0


def test_it_leaves_when_the_client_no_longer_reads(gateway: FakeGateway, bridge: Start):
    client = bridge()
    gateway.accept()
    assert client.process.stdout
    client.process.stdout.close()
    assert client.wait() == 0
    client.process.stdout = None


def test_it_leaves_when_its_parent_is_gone(home: str, gateway: FakeGateway, wait_until: Callable[..., object]):
    parent = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-m', 'app.bridge.main', '--home', sys.argv[1], 'filesystem'],"
        " stdin=int(sys.argv[2]), stdout=int(sys.argv[3]))\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    stdin, stdin_kept = os.pipe()
    stdout_kept, stdout = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", parent, home, str(stdin), str(stdout)], pass_fds=(stdin, stdout), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        bridge_pid = int(process.stdout.readline())
        os.close(stdin)
        os.close(stdout)
        peer = gateway.accept()
        process.kill()
        process.wait()
        with contextlib.suppress(ConnectionResetError):  # it ended before it read the greeting
            assert peer.read() is None, "the connection ends with the bridge, though its input is still open"
        wait_until(lambda: not _runs(bridge_pid))
    os.close(stdin_kept)
    os.close(stdout_kept)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return _state(pid) != "Z"
    except OSError:
        return False


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_a_call_in_flight_when_the_gateway_dies_gets_one_error_and_the_next_call_works(
    home: str, gateway: FakeGateway, bridge: Start
):
    client = bridge()
    peer = gateway.accept()
    client.initialize()
    peer.answer(peer.read(), {"protocolVersion": "2025-11-25"})
    client.answer("init")
    client.call(7, "write_file", path="a", content="b")
    peer.read()
    gateway.end()
    again = FakeGateway(home)
    lost = client.answer(7)
    assert lost["result"]["isError"] is True
    assert "may or may not" in lost["result"]["content"][0]["text"]
    peer = again.accept()
    assert peer.hello["initialize"]["clientInfo"] == {"name": "fake", "version": "1"}
    client.call(8, "read_file", path="a")
    peer.answer(peer.read(), {"content": []})
    assert client.read()["id"] == 8, "nothing else was said: call 7 had its one answer"
    again.end()


def test_half_an_answer_of_a_dying_gateway_never_reaches_the_client(home: str, gateway: FakeGateway, bridge: Start):
    client = bridge()
    peer = gateway.accept()
    client.call(1, "read_file", path="a")
    peer.read()
    peer.send_bytes(b'{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"te')
    gateway.end()
    assert json.loads(client.read_line())["result"]["isError"] is True


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_slow_reader_stops_the_gateway_instead_of_filling_the_bridge(gateway: FakeGateway, bridge: Start):
    client = bridge()
    peer = gateway.accept()
    line = b'{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"' + b"x" * 100_000 + b'"}}\n'
    peer.connection.setblocking(False)
    sent = 0
    while sent < 40_000_000 and select.select([], [peer.connection], [], 0.5)[1]:
        sent += peer.connection.send(line)
    assert sent < 40_000_000, "forty megabytes went somewhere"
    assert _resident_kb(client.pid) < 30_000


def test_a_large_answer_passes_whole_through_a_client_that_reads_late(gateway: FakeGateway, bridge: Start):
    client = bridge()
    peer = gateway.accept()
    client.call(1, "read_file", path="a")
    request = peer.read()
    text = "é" * 3_000_000
    sender = threading.Thread(target=peer.answer, args=(request, {"content": [{"type": "text", "text": text}]}))
    sender.start()
    assert client.read()["result"]["content"][0]["text"] == text
    sender.join(20)


def _resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


@pytest.mark.skipif(sys.platform != "linux", reason="counts context switches in /proc")
def test_it_sleeps_while_nobody_speaks(gateway: FakeGateway, bridge: Start, wait_until: Callable[..., object]):
    client = bridge()
    peer = gateway.accept()
    client.request(1, "ping")
    peer.answer(peer.read(), {})
    client.answer(1)
    wait_until(lambda: _state(client.pid) == "S")
    wait_until(lambda: b") S " in Path(f"/proc/{client.pid}/stat").read_bytes())
    before = _switches(client.pid)
    signal.sigtimedwait([], 0.5)
    assert _switches(client.pid) == before


def _switches(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary"))


def test_an_older_gateway_is_replaced_once_and_served_by_meanwhile(gateway: FakeGateway, bridge: Start, home: str):
    """What is started instead is a real gateway of this release: the door is taken here, so it leaves at once."""
    client = bridge()
    peer = gateway.accept(greet=False)
    peer.send({"doorkeep": 1, "version": "0.0.1", "pid": 1})
    client.request(1, "ping")
    peer.answer(peer.read(), {})
    assert client.answer(1)["result"] == {}
    asking = gateway.accept(greet=False)
    assert asking.hello["as"] == "control"
    asking.send({"doorkeep": 1, "version": VERSION, "pid": 1})
    assert asking.read() is None, "by now the one that runs is as new: nothing is asked of it"
    client.request(2, "ping")
    peer.answer(peer.read(), {})
    assert client.answer(2)["result"] == {}


SHORT = "from app.bridge import seeking; seeking.START_SECONDS = 0.3; from app.bridge.main import main; main()"


def test_a_gateway_that_takes_the_connection_and_says_nothing_is_given_up_in_words(gateway: FakeGateway, home: str):
    client = BridgeProcess(command=[sys.executable, "-c", SHORT, "--home", home, "filesystem"])
    client.call(1, "read_file", path="/x")
    gateway.accept(greet=False)
    answer = client.answer(1)["result"]
    assert answer["isError"]
    assert "does not answer, so nothing was done" in answer["content"][0]["text"]
    client.end()
