"""The command line's door."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli

ROOT = Path(__file__).parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ)
    )


def test_version_and_help_answer() -> None:
    assert run("--version").stdout.startswith("doorkeep ")
    assert "folders" in run("--help").stdout


def test_alone_it_starts_the_desktop_app_as_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def note(command: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, 7)

    monkeypatch.setattr(subprocess, "run", note)
    assert cli.main(["--home", "/somewhere"]) == 7
    assert started[0][1:] == ["-P", "-m", "app", "--home", "/somewhere"]


def test_alone_without_a_desktop_it_says_so_in_one_line(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    alone = run()
    assert alone.returncode == 1
    assert len(alone.stderr.splitlines()) == 1
    assert "no desktop" in alone.stderr


def test_an_unknown_command_exits_with_two() -> None:
    assert run("nonsense").returncode == 2


def test_a_failure_is_one_line_on_stderr_and_one(home: str) -> None:
    Path(home, "doorkeep.toml").write_text("[")
    failed = run("folders", "list")
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1
    assert "not valid TOML" in failed.stderr


def test_home_counts_before_and_after_the_words(tmp_path: Path) -> None:
    (tmp_path / "doorkeep.toml").write_text('[[folders]]\npath = "/srv"\naccess = "read"\n')
    for words in (["--home", str(tmp_path), "folders", "list"], ["folders", "list", "--home", str(tmp_path)]):
        assert "/srv" in run(*words).stdout


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_each_command_has_its_room_and_its_help(name: str) -> None:
    shown = run(name, "--help")
    assert shown.returncode == 0, shown.stderr
    assert name in shown.stdout


def test_asking_for_the_version_loads_no_command() -> None:
    code = "import sys; from app import cli; cli.main(['--version']); print(len([m for m in sys.modules if m.startswith('app.')]))"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert shown.stdout.splitlines()[-1] == "2"
