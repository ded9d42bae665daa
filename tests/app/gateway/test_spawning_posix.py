from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.gateway import spawning_posix
from app.gateway.spawned import Spawned

ROOT = Path(__file__).parents[3]


def output(found: Spawned) -> bytes:
    os.close(found.stdin)
    with os.fdopen(found.stdout, "rb") as out, os.fdopen(found.stderr, "rb") as err:
        text = out.read() + err.read()
    os.waitpid(found.pid, 0)
    return text


def test_three_pipes_lead_to_the_new_process(tmp_path: Path) -> None:
    program = "import sys,os; sys.stdout.write(sys.stdin.read().upper() + os.getcwd()); sys.stderr.write('!')"
    found = spawning_posix.spawn([sys.executable, "-c", program], dict(os.environ), str(tmp_path), True)
    os.write(found.stdin, b"abc")
    assert output(found) == b"ABC" + os.fsencode(tmp_path) + b"!"


def test_its_signals_are_as_for_any_program(tmp_path: Path) -> None:
    program = "import os; print(open('/proc/self/status').read())"
    found = spawning_posix.spawn([sys.executable, "-I", "-c", program], {}, str(tmp_path), False)
    lines = dict(line.split(":", 1) for line in output(found).decode().splitlines() if ":" in line)
    assert int(lines["SigBlk"], 16) == 0
    assert int(lines["SigCgt"], 16) & (1 << (signal.SIGTERM - 1)) == 0


def test_signals_of_ours_are_not_left_blocked(tmp_path: Path) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    output(spawning_posix.spawn([sys.executable, "-c", ""], dict(os.environ), str(tmp_path), False))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


@pytest.mark.parametrize(("program", "folder"), [("/no/such", "."), (sys.executable, "no-such"), ("/etc/passwd", ".")])
def test_what_cannot_be_started_is_an_oserror_and_leaves_nothing(tmp_path: Path, program: str, folder: str) -> None:
    before = sorted(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError):  # noqa: PT011 - the number differs by system
        spawning_posix.spawn([program], {}, str(tmp_path / folder), False)
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_low_descriptors_of_ours_may_be_closed(tmp_path: Path) -> None:
    program = (
        "import os,sys; os.close(0); os.close(1)\n"
        "from app.gateway import spawning_posix as s\n"
        "f = s.spawn([sys.executable, '-c', 'print(42)'], dict(os.environ), '/', False)\n"
        "os.waitpid(f.pid, 0)\n"
        "os.write(2, os.read(f.stdout, 100))\n"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=20, check=True)
    assert found.stderr == b"42\n"


def test_one_that_shall_die_with_us_does(tmp_path: Path, wait_until: Callable[..., object]) -> None:
    program = (
        "import os,sys\n"
        "from app.gateway import spawning_posix as s\n"
        "f = s.spawn([sys.executable, '-c', 'import time; time.sleep(600)'], dict(os.environ), '/', True)\n"
        "print(f.pid, flush=True); os.kill(os.getpid(), 9)\n"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=20, check=False)
    pid = int(found.stdout)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}/exe") or not _runs(pid))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0] != b"Z"
    except OSError:
        return False


def test_a_group_is_ended_as_a_whole(tmp_path: Path) -> None:
    sleep = "import time; time.sleep(600)"
    program = f"import subprocess,sys; subprocess.Popen([sys.executable,'-c','{sleep}']); print(flush=True); {sleep}"
    found = spawning_posix.spawn([sys.executable, "-c", program], dict(os.environ), str(tmp_path), False)
    os.read(found.stdout, 1)
    spawning_posix.signal_group(found.pid, force=True)
    assert output(found) == b""  # both ends of the pipes are closed only when the grandchild is gone too
    spawning_posix.release(found.pid)
