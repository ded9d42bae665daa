"""The little program that git runs for a token: it passes a question on and an answer back."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from servers.git.askpass import END, MOST

ASKED = b"protocol=https\nhost=example.org\n\n"


@pytest.fixture
def door() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end, and the one that the program is given."""
    ours, gits = socket.socketpair()
    ours.settimeout(60)
    with ours, gits:
        yield ours, gits


def run(gits: socket.socket, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "servers.git.askpass", *arguments]
    return subprocess.run(command, input=ASKED, capture_output=True, timeout=60, check=False, pass_fds=(gits.fileno(),))


def test_the_question_goes_to_the_server_and_the_answer_to_git(door: tuple[socket.socket, socket.socket]) -> None:
    ours, gits = door
    ours.sendall(b"username=u\npassword=p" + END)
    done = run(gits, str(gits.fileno()), "get")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"username=u\npassword=p\n", b"")
    assert ours.recv(MOST) == ASKED


def test_no_answer_is_nothing_for_git(door: tuple[socket.socket, socket.socket]) -> None:
    ours, gits = door
    ours.sendall(END)
    assert run(gits, str(gits.fileno()), "get").stdout == b""


def test_a_server_that_has_gone_is_no_answer_either(door: tuple[socket.socket, socket.socket]) -> None:
    ours, gits = door
    ours.shutdown(socket.SHUT_WR)
    assert run(gits, str(gits.fileno()), "get").stdout == b""


@pytest.mark.parametrize("what", ["store", "erase"])
def test_what_git_wants_kept_or_forgotten_goes_nowhere(door: tuple[socket.socket, socket.socket], what: str) -> None:
    ours, gits = door
    done = run(gits, str(gits.fileno()), what)
    assert (done.returncode, done.stdout) == (0, b"")
    gits.close()
    assert ours.recv(MOST) == b""


@pytest.mark.parametrize("arguments", [(), ("get",), ("x", "get"), ("1", "get", "more")])
def test_by_hand_it_says_what_it_is_for(door: tuple[socket.socket, socket.socket], arguments: tuple[str, ...]) -> None:
    done = run(door[1], *arguments)
    assert done.returncode == 2
    assert b"does nothing by itself" in done.stderr
