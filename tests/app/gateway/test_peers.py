from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from app.gateway import peers
from app.gateway.peers import credentials, descends_from_us, parent_of, started_at

SLEEPER = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_the_kernel_tells_who_connected() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert credentials(ours) == (os.getpid(), os.getuid())


def test_a_child_descends_from_us_and_we_do_not_ourselves(sleeper: subprocess.Popen[bytes]) -> None:
    assert descends_from_us(sleeper.pid, set()) is True
    assert descends_from_us(os.getpid(), set()) is False


def test_our_parent_and_the_first_process_do_not_descend_from_us() -> None:
    assert descends_from_us(os.getppid(), set()) is False
    assert descends_from_us(1, set()) is False


def test_a_process_in_a_server_s_group_or_session_counts_without_ancestry() -> None:
    assert descends_from_us(os.getppid(), {os.getsid(os.getppid())}) is True


def test_a_process_that_is_gone_cannot_be_told() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert descends_from_us(process.pid, set()) is None
    assert parent_of(process.pid) is None
    assert started_at(process.pid) == ""


def test_an_ancestor_that_another_user_hides_is_no_server_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    parents = {500: 400, 400: 300}
    monkeypatch.setattr(peers, "parent_of", parents.get)
    monkeypatch.setattr(peers.os, "getsid", lambda _pid: 500)
    monkeypatch.setattr(peers.os, "getpgid", lambda _pid: 500)
    assert descends_from_us(500, set()) is False


def test_an_ancestor_that_ends_while_we_look_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    walks = [{500: 400}, {500: 401}, {500: os.getpid()}]

    def parent(pid: int) -> int | None:
        found = walks[0].get(pid)
        if found is None:
            walks.pop(0)
        return found

    monkeypatch.setattr(peers, "parent_of", parent)
    monkeypatch.setattr(peers.os, "getsid", lambda _pid: 500)
    monkeypatch.setattr(peers.os, "getpgid", lambda _pid: 500)
    assert descends_from_us(500, set()) is True


def test_a_name_with_a_bracket_does_not_mislead() -> None:
    program = "import ctypes,time; ctypes.CDLL(None).prctl(15, b') R 1 1', 0, 0, 0); print(flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert parent_of(process.pid) == os.getpid()
        process.kill()


def test_the_start_of_a_process_tells_it_from_another_with_its_number(sleeper: subprocess.Popen[bytes]) -> None:
    assert started_at(sleeper.pid) == started_at(sleeper.pid) != ""
    assert started_at(sleeper.pid) != started_at(os.getpid())
