from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.gateway.children import Child, ending
from app.gateway.log import BoundedFile
from app.gateway.loop import Loop
from servers.runtime import wire

Turn = Callable[..., Any]
FAKE = str(Path(__file__).parents[2] / "fakes" / "plain_server.py")


class Running:
    """A child on a hand-turned loop, reaped as the supervisor does."""

    def __init__(self, loop: Loop, folder: Path, turn: Turn, *options: str) -> None:
        self.turn = turn
        self.lines: list[bytes] = []
        self.words: list[str] = []
        self.child = Child(loop, "plain", BoundedFile(str(folder / "plain.log"), 100_000), 4 * 1024 * 1024)
        self.child.on_message(self.lines.append)
        self.child.on_exit(self.words.append)
        self.child.start([sys.executable, FAKE, *options], dict(os.environ), str(folder), True)

    def reap(self) -> bool:
        if self.child.gone:
            return True
        pid, status = os.waitpid(self.child.pid, os.WNOHANG) if self.child._status is None else (0, 0)
        if pid:
            self.child.reaped(status)
        return self.child.gone

    def ask(self, method: str, **params: Any) -> Any:
        self.child.send(wire.request_line(1, method, msgspec.json.encode(params)))
        self.turn(lambda: self.lines)
        return msgspec.json.decode(wire.decode(self.lines.pop()).result)


@pytest.fixture
def start(loop: Loop, turn_until: Turn, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def make(*options: str) -> Running:
        made.append(Running(loop, tmp_path, turn_until, *options))
        return made[-1]

    yield make
    for running in made:
        running.child.kill(force=True)
        turn_until(running.reap)


def test_a_child_answers_in_a_session_and_group_of_its_own(start: Callable[..., Running]) -> None:
    running = start()
    assert running.ask("pid") == running.child.pid
    assert os.getsid(running.child.pid) == os.getpgid(running.child.pid) == running.child.pid


def test_a_child_has_no_descriptor_of_ours(start: Callable[..., Running]) -> None:
    held = os.open("/dev/null", os.O_RDONLY)
    running = start()
    running.ask("pid")
    found = sorted(int(name) for name in os.listdir(f"/proc/{running.child.pid}/fd"))
    os.close(held)
    assert found == [0, 1, 2]


def test_stopping_closes_its_input_and_it_ends_by_itself(start: Callable[..., Running], turn_until: Turn) -> None:
    running = start()
    running.ask("pid")
    running.child.stop("It is time.")
    turn_until(running.reap)
    assert running.words == ["It is time."]
    assert ending(running.child._status) == "exit status 0"


def test_one_that_ignores_the_end_of_its_input_is_ended_by_force(
    start: Callable[..., Running], turn_until: Turn
) -> None:
    running = start("--deaf")
    running.ask("pid")
    running.child.stop("It is time.")
    turn_until(running.reap)
    assert running.words == ["It is time."]
    assert ending(running.child._status) == "killed by SIGTERM"


def test_a_killed_child_is_told_once_in_words(start: Callable[..., Running], turn_until: Turn) -> None:
    running = start()
    running.ask("pid")
    running.child.kill(force=True)
    turn_until(running.reap)
    assert running.words == ["The server plain ended unexpectedly (killed by SIGKILL)."]


def test_what_it_wrote_before_it_crashed_still_arrives(start: Callable[..., Running], turn_until: Turn) -> None:
    running = start()
    running.child.send(wire.request_line(1, "fill", b'{"bytes":3000000}') + wire.request_line(2, "crash"))
    turn_until(running.reap)
    assert [len(line) > 3_000_000 for line in running.lines] == [True]
    assert running.words == ["The server plain ended unexpectedly (exit status 3)."]


def test_what_it_started_in_its_group_ends_with_it(
    start: Callable[..., Running], turn_until: Turn, wait_until: Callable[..., object]
) -> None:
    running = start()
    pid = running.ask("grandchild", apart=False)
    running.child.kill(force=True)
    turn_until(running.reap)
    wait_until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0] != b"Z"
    except OSError:
        return False


def test_its_stderr_is_kept_and_bounded(start: Callable[..., Running], turn_until: Turn, tmp_path: Path) -> None:
    running = start()
    running.ask("complain", bytes=500_000)
    log = tmp_path / "plain.log"
    turn_until(lambda: log.exists() and (tmp_path / "plain.log.1").exists())
    assert log.stat().st_size <= 100_000
    assert (tmp_path / "plain.log.1").stat().st_size <= 100_000


def test_an_overlong_answer_becomes_an_error_for_its_call(start: Callable[..., Running], turn_until: Turn) -> None:
    running = start()
    running.child.send(wire.request_line(8, "fill", b'{"bytes":5000000}'))
    turn_until(lambda: running.lines)
    message = wire.decode(running.lines[0])
    assert message.id == 8
    assert bytes(message.error)


def test_a_program_that_does_not_exist_is_an_error_at_once(loop: Loop, tmp_path: Path) -> None:
    child = Child(loop, "plain", BoundedFile(str(tmp_path / "plain.log")))
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError):
        child.start([str(tmp_path / "no-such-program")], {}, str(tmp_path), True)
    assert len(os.listdir("/proc/self/fd")) == before


def test_lines_sent_before_it_runs_go_first(loop: Loop, turn_until: Turn, tmp_path: Path) -> None:
    running = Running.__new__(Running)
    running.turn, running.lines, running.words = turn_until, [], []
    running.child = Child(loop, "plain", BoundedFile(str(tmp_path / "plain.log")))
    running.child.on_message(running.lines.append)
    running.child.send(wire.request_line(1, "echo", b'{"n":1}'))
    running.child.start([sys.executable, FAKE], dict(os.environ), str(tmp_path), False)
    running.child.send(wire.request_line(2, "echo", b'{"n":2}'))
    turn_until(lambda: len(running.lines) == 2)
    assert [wire.decode(line).id for line in running.lines] == [1, 2]
    running.child.stop("done")
    turn_until(running.reap)
