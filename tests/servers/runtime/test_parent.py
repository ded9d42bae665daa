from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from servers.runtime.parent import Wait

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the pieces below are POSIX's")

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "tests.fakes.small_server"], stdin=0, stdout=1)
sys.stderr.write(f"{child.pid}\\n")
sys.stderr.flush()
sys.stdin.close()
__import__("time").sleep(600)
"""


def test_what_can_be_read_ends_the_wait() -> None:
    reader, writer = os.pipe()
    wait = Wait(reader)
    os.write(writer, b"x")
    assert wait.readable()
    os.read(reader, 1)
    os.close(writer)
    assert wait.readable(), "the end of the stream is something to read"
    os.close(reader)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if sys.platform == "linux":
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    return True


@pytest.mark.parametrize("calls", [0, 1])
def test_a_server_whose_parent_is_killed_ends_though_its_stdin_stays_open(
    calls: int, wait_until: Callable[..., object]
) -> None:
    wire_in, feed = os.pipe()
    answers, wire_out = os.pipe()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=wire_in, stdout=wire_out, stderr=subprocess.PIPE, text=True
    )
    try:
        assert parent.stderr
        pid = int(parent.stderr.readline())
        line = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"}}}\n'
        os.write(feed, line if calls else b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        assert b'"id":1' in os.read(answers, 1000)
        assert alive(pid)
        parent.kill()
        parent.wait()
        wait_until(lambda: not alive(pid), why="the orphan ends")
    finally:
        parent.kill()
        parent.wait()
        if parent.stderr:
            parent.stderr.close()
        for fd in (wire_in, feed, answers, wire_out):
            os.close(fd)
