from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

SECONDS = 90


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo makes its throw-away folder."""
    path = tmp_path / "scratch"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return path


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def processes_of(root: Path) -> list[str]:
    """Command lines of processes that name a path below `root`."""
    found: list[str] = []
    for pid in os.listdir("/proc"):
        if pid.isdigit() and int(pid) != os.getpid():
            try:
                line = Path("/proc", pid, "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(root) in line:
                found.append(line)
    return found


def test_every_step_holds_on_the_sample_folder_and_nothing_stays(scratch: Path):
    done = demo()
    assert done.returncode == 0, done.stdout + done.stderr
    for words in (
        "read report.md",
        "refused",
        "wrote summary.md",
        "undo took that change back",
        "chain unbroken",
        "2025-11-25",
    ):
        assert words in done.stdout
    assert done.stdout.count("log ") >= 10, "each call is shown as it happens"
    assert list(scratch.iterdir()) == []
    assert processes_of(scratch) == []


def test_a_folder_of_yours_is_read_and_never_changed(scratch: Path, folder: Path):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = demo(str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a write was refused" in done.stdout
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert list(scratch.iterdir()) == []


def test_what_is_no_folder_is_refused_in_one_line(scratch: Path):
    done = demo("/nowhere/at/all")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_either(scratch: Path, signum: int, wait_until: Callable[..., object]):
    command = [sys.executable, "-u", "-c", "import sys; from app.cli import main; sys.exit(main())", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if "tools offered" in line:
                break
        process.send_signal(signum)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert list(scratch.iterdir()) == []
    wait_until(lambda: processes_of(scratch) == [])
