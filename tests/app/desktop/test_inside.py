"""Which of our modules are started as processes of their own, and how."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.desktop import inside

ROOT = Path(__file__).parents[3]


def test_an_interpreter_starts_a_module_by_its_name() -> None:
    assert inside.command("servers.git", "--undo", "U") == [sys.executable, "-P", "-m", "servers.git", "--undo", "U"]


def test_a_packaged_program_starts_itself_for_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert inside.command("servers.git", "--undo", "U") == [sys.executable, "--inside", "servers.git", "--undo", "U"]


def test_no_other_module_is_started_by_itself() -> None:
    with pytest.raises(ValueError, match=r"http\.server"):
        inside.command("http.server")


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    program = "from app.desktop.inside import run_if_asked\nrun_if_asked()\nprint('went on')\n"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def test_the_module_sees_its_own_arguments_only() -> None:
    done = ran("--inside", "servers.remote", "ftp://nowhere")
    assert done.returncode == 2
    assert "the address has to be https://" in done.stderr


@pytest.mark.parametrize("words", [("--inside", "http.server"), ("--inside",)])
def test_a_packaged_program_runs_nothing_else(words: tuple[str, ...]) -> None:
    done = ran(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not started by itself" in done.stderr


def test_without_the_word_the_program_goes_on() -> None:
    assert ran("status").stdout == "went on\n"
