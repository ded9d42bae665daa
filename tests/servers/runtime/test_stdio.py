from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from servers.runtime import stdio
from tests.fakes.stdio_peer import META, Peer
from tests.servers.runtime.conftest import Start

WaitUntil = Callable[..., object]


class Gates:
    """Calls that wait until they are let go."""

    def __init__(self, peer: Peer, folder: Path, wait_until: WaitUntil) -> None:
        self._peer = peer
        self._folder = folder
        self._wait_until = wait_until

    def ask(self, name: str, *, deaf: bool = False) -> Any:
        """Send a waiting call; gives its id."""
        arguments = {
            "began": str(self._folder / f"{name}.began"),
            "until": str(self._folder / f"{name}.go"),
            "deaf": deaf,
        }
        return self._peer.ask("tools/call", {"name": "wait", "arguments": arguments})

    def began(self, name: str) -> bool:
        return (self._folder / f"{name}.began").exists()

    def state(self, name: str) -> str:
        return (self._folder / f"{name}.began").read_text() if self.began(name) else ""

    def go(self, name: str) -> None:
        (self._folder / f"{name}.go").touch()

    def wait_begun(self, *names: str) -> None:
        self._wait_until(lambda: all(self.state(name) for name in names), why=f"{names} begin")


@pytest.fixture
def gates(peer: Peer, tmp_path: Path, wait_until: WaitUntil) -> Gates:
    return Gates(peer, tmp_path, wait_until)


def test_a_slow_call_does_not_hold_up_a_fast_one(peer: Peer, gates: Gates) -> None:
    slow = gates.ask("slow")
    gates.wait_begun("slow")
    assert peer.text("echo", {"text": "fast"}) == "fast"
    gates.go("slow")
    assert peer.answer(slow)["result"]["content"][0]["text"] == "waited"


def test_a_slow_call_does_not_hold_up_what_came_with_it_in_one_write(peer: Peer, gates: Gates, tmp_path: Path) -> None:
    arguments = {"began": str(tmp_path / "slow.began"), "until": str(tmp_path / "slow.go")}
    calls = [("echo", {"text": "before"}), ("wait", arguments), ("echo", {"text": "after"})]
    lines = [
        {
            "jsonrpc": "2.0",
            "id": f"m{at}",
            "method": "tools/call",
            "params": {"name": name, "arguments": given, "_meta": META},
        }
        for at, (name, given) in enumerate(calls)
    ]
    for line in lines:
        peer.expect(line["id"], "tools/call")
    peer.send_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    assert {peer.message()["id"], peer.message()["id"]} == {"m0", "m2"}
    gates.go("slow")
    assert peer.message()["id"] == "m1"


def test_sixteen_calls_work_and_the_rest_wait_in_order(peer: Peer, gates: Gates) -> None:
    names = [f"{number:02}" for number in range(stdio.AT_WORK + 3)]
    ids = {name: gates.ask(name) for name in names}
    gates.wait_begun(*names[: stdio.AT_WORK])
    assert peer.request("tools/list")["result"]["tools"]
    assert not any(gates.began(name) for name in names[stdio.AT_WORK :])
    gates.go("05")
    peer.answer(ids["05"])
    gates.wait_begun("16")
    assert not gates.began("17")
    for name in names:
        gates.go(name)
    for name in names:
        if name != "05":
            assert peer.answer(ids[name])["result"]["content"][0]["text"] == "waited"
    assert peer.text("echo", {"text": "still here"}) == "still here"


def test_more_calls_than_may_wait_are_refused_at_once(peer: Peer, gates: Gates) -> None:
    slow = [f"{number:02}" for number in range(stdio.AT_WORK)]
    ids = [gates.ask(name) for name in slow]
    gates.wait_begun(*slow)
    echo = {"name": "echo", "arguments": {"text": "x"}}
    waiting = [peer.ask("tools/call", echo) for _ in range(stdio.WAITING + 1)]
    refused = peer.answer(waiting[-1])
    assert "Too many calls" in refused["error"]["message"]
    for name in slow:
        gates.go(name)
    for id_ in [*ids, *waiting[:-1]]:
        assert "result" in peer.answer(id_)


def test_a_cancelled_call_stops_and_is_not_answered(peer: Peer, gates: Gates, wait_until: WaitUntil) -> None:
    slow = gates.ask("slow")
    gates.wait_begun("slow")
    peer.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": slow}})
    wait_until(lambda: gates.state("slow") == "cancelled")
    assert peer.text("echo", {"text": "next"}) == "next"
    assert peer.heard == []


def test_many_calls_in_one_write_are_all_answered_in_order(peer: Peer) -> None:
    line = '{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"text":"%d"}}}\n'
    peer.version = "2025-11-25"
    for number in range(2000):
        peer.expect(number, "tools/call")
    peer.send_bytes("".join(line % (number, number) for number in range(2000)).encode())
    assert [peer.message()["id"] for _ in range(2000)] == list(range(2000))


def test_a_peer_that_writes_everything_before_it_reads_is_served(peer: Peer) -> None:
    """Its answers fill the pipe while it still writes; a loop that waits for one to be taken would hang both."""
    text = "x" * 1000
    ids = [peer.ask("tools/call", {"name": "echo", "arguments": {"text": text}}) for _ in range(400)]
    assert all(peer.answer(id_)["result"]["content"][0]["text"] == text for id_ in ids)


def test_a_large_message_comes_and_goes_whole(peer: Peer) -> None:
    text = "ä\n\0" * 500_000
    assert peer.text("echo", {"text": text}) == text
    assert len(peer.text("echo", {"text": "y" * 100_000, "times": 100})) == 10_000_000


def test_a_line_over_the_bound_is_refused_and_the_next_one_served(start: Start) -> None:
    peer = start("--max-line", "100000")
    peer.expect("big", "tools/call")
    peer.send_bytes(b'{"jsonrpc":"2.0","id":"big","method":"tools/call","params":{"a":"' + b"x" * 10_000_000 + b'"}}\n')
    refused = peer.answer("big")
    assert "too long" in refused["error"]["message"]
    assert peer.text("echo", {"text": "still here"}) == "still here"


def test_a_real_line_of_two_hundred_megabytes_is_refused_in_little_memory(peer: Peer) -> None:
    peer.send_bytes(b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"a":"')
    part = b"x" * (8 * 1024 * 1024)
    for _ in range(25):
        peer.send_bytes(part)
    peer.send_bytes(b'"}}\n')
    assert "209,715," in peer.answer(7)["error"]["message"]
    assert peer.text("echo", {"text": "still here"}) == "still here"
    if sys.platform == "linux":
        with open(f"/proc/{peer.process.pid}/status") as status:
            peak = next(int(row.split()[1]) for row in status if row.startswith("VmHWM"))
        assert peak < 250_000, "kilobytes: the bound of a line, twice while it is joined, and Python"


def test_nothing_but_protocol_reaches_stdout_whatever_prints(peer: Peer) -> None:
    assert peer.text("noise") == "read 0 from stdin"
    assert peer.text("echo", {"text": "x"}) == "x"
    assert peer.heard == []
    for words in ("from print", "from descriptor 1", "from a child"):
        assert words in peer.complaints()


def test_progress_comes_before_the_call_ends_and_grows(peer: Peer) -> None:
    id_ = peer.ask("tools/call", {"name": "steps", "arguments": {}, "_meta": {"progressToken": "t"}})
    peer.answer(id_)
    said = [message["params"] for message in peer.heard]
    assert [(one["progressToken"], one["progress"], one["message"]) for one in said] == [
        ("t", 1, "step 1"),
        ("t", 2, "step 2"),
        ("t", 3, "step 3"),
    ]


def test_the_end_of_stdin_ends_the_process(peer: Peer) -> None:
    assert peer.text("echo", {"text": "x"}) == "x"
    peer.close_stdin()
    assert peer.ended() == 0


def test_the_end_of_stdin_cancels_calls_and_ends_the_process(peer: Peer, gates: Gates) -> None:
    gates.ask("slow")
    gates.wait_begun("slow")
    peer.close_stdin()
    assert peer.ended() == 0
    assert gates.state("slow") == "cancelled"


def test_a_call_that_never_looks_up_does_not_keep_the_process_alive(peer: Peer, gates: Gates) -> None:
    gates.ask("slow", deaf=True)
    gates.wait_begun("slow")
    peer.close_stdin()
    assert peer.ended() == 0


def test_calls_that_are_nearly_done_are_answered_after_the_end_of_stdin(peer: Peer, gates: Gates) -> None:
    ids = [peer.ask("tools/call", {"name": "echo", "arguments": {"text": "x"}}) for _ in range(100)]
    peer.close_stdin()
    assert all("result" in peer.answer(id_) for id_ in ids)
    assert peer.line() == b""
    assert peer.ended() == 0


def test_a_peer_that_no_longer_reads_ends_the_process(peer: Peer) -> None:
    peer.ask("tools/call", {"name": "echo", "arguments": {"text": "x" * 200_000}})
    peer.message()
    peer.stop_reading()
    peer.send_bytes(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
    assert peer.ended() == 0


NO_THREADS = """
import _thread
def none_left(*given):
    raise RuntimeError("can't start new thread")
_thread.start_new_thread = none_left
from servers.runtime.launch import launch
launch("tests.fakes.small_server")
"""
BROKEN = """
from servers.runtime.protocol import Protocol
def broken(protocol, line):
    raise MemoryError("cannot go on")
Protocol.open = broken
from servers.runtime.launch import launch
launch("tests.fakes.small_server")
"""


def run(program: str, lines: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", program], input=lines, capture_output=True, timeout=60, check=False)


def test_where_the_system_has_no_thread_left_calls_are_served_one_by_one() -> None:
    line = b'{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"%b","arguments":{%b}}}\n'
    done = run(NO_THREADS, line % (1, b"steps", b"") + line % (2, b"echo", b'"text":"x"'))
    assert [json.loads(answer)["id"] for answer in done.stdout.splitlines()] == [1, 2]
    assert done.returncode == 0


def test_a_loop_that_cannot_go_on_ends_the_process_and_says_why() -> None:
    done = run(BROKEN, b"{}\n")
    assert (done.returncode, done.stdout) == (stdio.FAILED, b"")
    assert b"MemoryError: cannot go on" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_idle_server_never_wakes_up(peer: Peer, gates: Gates, wait_until: WaitUntil) -> None:
    slow = gates.ask("slow")
    gates.wait_begun("slow")
    gates.go("slow")
    peer.answer(slow)

    def switches() -> int:
        found = 0
        for task in os.listdir(f"/proc/{peer.process.pid}/task"):
            with open(f"/proc/{peer.process.pid}/task/{task}/status") as status:
                found += sum(int(row.split()[1]) for row in status if "ctxt_switches" in row)
        return found

    seen: list[int] = []

    def still() -> bool:
        seen.append(switches())
        return len(seen) > 100 and len(set(seen[-100:])) == 1

    wait_until(still, why="a second without a single wake-up")
