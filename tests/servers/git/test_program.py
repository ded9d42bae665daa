"""git is found where systems install it, and said how to get where it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from servers.git import program
from servers.git.errors import GitError


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_found", {})


def test_the_installed_git_is_found_and_knows_its_version() -> None:
    assert Path(program.program()).is_absolute()
    assert program.version() >= program.OLDEST


@pytest.mark.parametrize(
    ("system", "said"), [("linux", "apt install git"), ("darwin", "xcode-select --install"), ("win32", "winget")]
)
def test_without_git_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, system: str, said: str) -> None:
    monkeypatch.setattr(program, "_places", lambda: iter(["/nowhere"]))
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(GitError, match=said):
        program.program()


def test_a_git_in_path_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "git"
    fake.write_text("#!/bin/sh\necho git version 9.9.9\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program.program() != str(fake)


def test_a_git_that_is_too_old_is_refused_with_its_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "git"
    fake.write_text("#!/bin/sh\necho git version 2.17.1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(program, "_places", lambda: iter([str(tmp_path)]))
    with pytest.raises(GitError, match=r"2\.17\.1, and Doorkeep needs 2\.31"):
        program.program()


def test_something_that_is_no_git_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "git"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    monkeypatch.setattr(program, "_places", lambda: iter([str(tmp_path)]))
    with pytest.raises(GitError, match="does not say its version"):
        program.program()
