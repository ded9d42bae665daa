"""A child's output comes in pieces, and nothing of it is left when the reading ends."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.git.pipes import MAX_COMPLAINTS, Child
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled, ToolError


def child(call: Call, code: str, *arguments: str, stdin: bytes | None = None, seconds: float = 20.0) -> Child:
    command = [sys.executable, "-S", "-c", code, *arguments]
    return Child(call, command, folder="/", env=dict(os.environ), stdin=stdin, seconds=seconds)


def test_output_status_and_complaints_are_told() -> None:
    run = child(Call(1), "import sys; print('out'); sys.stderr.write('err' * 9000); sys.exit(3)")
    assert b"".join(run) == b"out\n"
    assert run.code == 3
    assert run.complaints.startswith("errerr")
    assert len(run.complaints) == MAX_COMPLAINTS


def test_much_input_and_output_at_once_do_not_wait_for_each_other() -> None:
    content = b"x" * (1 << 20)
    run = child(Call(1), "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", stdin=content)
    assert b"".join(run) == content


def test_stdin_is_empty_without_input() -> None:
    assert b"".join(child(Call(1), "import sys; print(len(sys.stdin.read()))")) == b"0\n"


def test_a_cancelled_call_ends_the_child_and_its_children(tmp_path: Path, wait_until: Callable[..., object]) -> None:
    code = (
        "import os, sys, time\n"
        "if os.fork():\n    os.wait()\n"
        "else:\n    open(sys.argv[1], 'w').write(str(os.getpid())); sys.stdout.write('x'); sys.stdout.flush(); time.sleep(60)"
    )
    call = Call(1)
    mark = tmp_path / "pid"
    reading = iter(child(call, code, str(mark)))
    assert next(reading) == b"x"
    threading.Thread(target=call.cancel).start()
    with pytest.raises(Cancelled):
        list(reading)
    pid = int(mark.read_text())
    wait_until(lambda: not _alive(pid))


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_child_that_changes_something_may_tidy_up_and_is_ended_all_the_same(tmp_path: Path, stubborn: bool) -> None:
    lock = tmp_path / "lock"
    lock.touch()
    tidy = "pass" if stubborn else "os.unlink(sys.argv[1]); os._exit(0)"
    code = (
        "import os, signal, sys, time\n"
        f"def tidy(*_):\n    {tidy}\n"
        "signal.signal(signal.SIGTERM, tidy)\n"
        "sys.stdout.write('x'); sys.stdout.flush()\nwhile True: time.sleep(60)"
    )
    call = Call(1)
    command = [sys.executable, "-S", "-c", code, str(lock)]
    reading = iter(Child(call, command, folder="/", env=dict(os.environ), stdin=None, seconds=20, tidies=True))
    assert next(reading) == b"x"
    threading.Thread(target=call.cancel).start()
    with pytest.raises(Cancelled):
        list(reading)
    assert lock.exists() is stubborn


def _alive(pid: int) -> bool:
    """Whether it runs: a process that nobody waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_reading_that_is_given_up_ends_the_child() -> None:
    run = child(Call(1), "import os, sys\nwhile True: sys.stdout.write('x' * 65536)")
    reading = iter(run)
    next(reading)
    reading.close()  # pyright: ignore[reportAttributeAccessIssue] - it is a generator
    assert run.code == -1


def test_a_child_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(ToolError, match="took longer"):
        list(child(Call(1), "import time; time.sleep(60)", seconds=0.2))


def test_a_grandchild_that_keeps_the_pipe_open_is_not_waited_for(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    held = os.open(gate, os.O_RDWR)  # while it is open, reading from the gate waits
    code = (
        "import os, sys\n"
        "sys.stdout.write('done'); sys.stdout.flush()\n"
        "if not os.fork():\n    os.setsid(); open(sys.argv[1]).read(); os._exit(0)\n"
        "os._exit(0)"
    )
    run = child(Call(1), code, str(gate))
    try:
        assert b"".join(run) == b"done"
        assert run.code == 0
    finally:
        os.close(held)


def test_a_child_that_says_nothing_more_but_does_not_end_is_stopped() -> None:
    with pytest.raises(ToolError, match="took longer"):
        list(child(Call(1), "import os, time; os.close(1); time.sleep(60)", seconds=1.0))


def test_a_folder_that_is_gone_is_told_in_words(tmp_path: Path) -> None:
    run = Child(Call(1), [sys.executable, "-c", ""], folder=str(tmp_path / "gone"), env={}, stdin=None, seconds=5.0)
    with pytest.raises(ToolError, match="cannot be started"):
        list(run)
