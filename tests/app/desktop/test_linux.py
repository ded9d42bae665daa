"""Linux: an app is found by its lock and its process, asked by SIGTERM, and started as it ran."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clients.claude_desktop import APPLICATION
from app.desktop import linux
from app.desktop.linux import LinuxDesktop, displace
from app.desktop.posix import LOCK

if sys.platform != "linux":
    pytest.skip("speaks to the kernel of Linux", allow_module_level=True)

SLEEPER = (
    "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('up', flush=True); signal.pause()"
)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose command line says claude, standing in a folder of its own."""
    command = [sys.executable, "-c", SLEEPER, "claude-desktop", "two words"]
    env = {**os.environ, "DISPLAY": ":7"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path, env=env) as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield child
        child.kill()


def lock(folder: Path, pid: int, host: str | None = None) -> None:
    (folder / LOCK).unlink(missing_ok=True)
    (folder / LOCK).symlink_to(f"{host or socket.gethostname()}-{pid}")


def test_a_running_app_is_found_with_all_it_takes_to_start_it_again(
    tmp_path: Path, process: subprocess.Popen[bytes]
) -> None:
    lock(tmp_path, process.pid)
    found = LinuxDesktop().running(APPLICATION, str(tmp_path), scan=True)
    assert found is not None
    assert (found.pid, found.argv[-2:], found.folder) == (process.pid, ("claude-desktop", "two words"), str(tmp_path))
    assert found.env is not None
    assert found.env["DISPLAY"] == ":7"
    assert abs(found.began - time.time()) < 60


def test_no_lock_means_no_app(tmp_path: Path) -> None:
    assert LinuxDesktop().running(APPLICATION, str(tmp_path), scan=True) is None


def test_the_lock_of_a_dead_process_counts_for_nothing(tmp_path: Path, process: subprocess.Popen[bytes]) -> None:
    lock(tmp_path, process.pid)
    process.terminate()
    process.wait(30)
    assert LinuxDesktop().running(APPLICATION, str(tmp_path), scan=True) is None


def test_a_number_that_passed_to_another_program_is_not_the_app(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        lock(tmp_path, other.pid)
        assert LinuxDesktop().running(APPLICATION, str(tmp_path), scan=True) is None
        other.communicate(b"\n", timeout=30)


def test_a_number_that_passed_to_a_later_process_is_not_the_app(
    tmp_path: Path, process: subprocess.Popen[bytes]
) -> None:
    lock(tmp_path, process.pid)
    os.utime(tmp_path / LOCK, (1.0, 1.0), follow_symlinks=False)
    assert LinuxDesktop().running(APPLICATION, str(tmp_path), scan=True) is None


def test_an_app_on_another_machine_is_told_by_its_host(tmp_path: Path) -> None:
    lock(tmp_path, 4711, "attic")
    found = LinuxDesktop().running(APPLICATION, str(tmp_path), scan=True)
    assert found is not None
    assert (found.pid, found.where) == (0, "attic")


def test_asking_ends_the_app_and_its_process_is_seen_to_end(
    tmp_path: Path, process: subprocess.Popen[bytes], wait_until: Callable[..., object]
) -> None:
    lock(tmp_path, process.pid)
    desktop = LinuxDesktop()
    found = desktop.running(APPLICATION, str(tmp_path), scan=True)
    assert found is not None
    assert desktop.alive(found)
    desktop.ask_to_quit(APPLICATION, found)
    wait_until(lambda: not desktop.alive(found))
    assert process.wait(30) == 0
    desktop.ask_to_quit(APPLICATION, found)  # nobody is there to be asked


def test_an_app_from_an_image_starts_from_the_image(
    tmp_path: Path, process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "_environment", lambda pid: {"APPIMAGE": "/apps/Claude.AppImage"})
    lock(tmp_path, process.pid)
    found = LinuxDesktop().running(APPLICATION, str(tmp_path), scan=True)
    assert found is not None
    assert found.argv[0] == "/apps/Claude.AppImage"


def test_an_app_is_started_as_it_ran(tmp_path: Path, wait_until: Callable[..., object]) -> None:
    out = tmp_path / "out"
    running = linux.Running(1, 0.0, ("/bin/sh", "-c", f'echo "$MARK $PWD" > {out}'), {"MARK": "m"}, str(tmp_path))
    LinuxDesktop().start(APPLICATION, running)
    wait_until(lambda: out.exists() and out.read_text() == f"m {tmp_path}\n")


def test_an_app_that_did_not_run_is_started_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def keep(argv: list[str], env: Any, folder: str = "/") -> None:
        started.append(argv)

    monkeypatch.setattr(linux, "start_detached", keep)
    LinuxDesktop().start(APPLICATION, None)
    assert started == [["claude-desktop"]]


def test_the_kernels_refusal_to_exchange_is_told_from_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Libc:
        """A C library whose renameat2 fails with a given number."""

        code = errno.EINVAL

        def renameat2(self, *_: object) -> int:
            ctypes.set_errno(self.code)
            return -1

    libc = Libc()
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: libc)
    assert displace("a", "b") is None
    libc.code = errno.EACCES
    with pytest.raises(PermissionError):
        displace("a", "b")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    assert displace("a", "b") is None


def test_no_policy_is_known_here() -> None:
    assert LinuxDesktop().managed(APPLICATION) == {}
