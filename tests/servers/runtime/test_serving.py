from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from servers.runtime.serving import Arguments, UsageError, parse, usage
from servers.runtime.wire import Folder
from tests.fakes.small_server import server
from tests.servers.runtime.conftest import Start


def test_folders_are_real_paths_with_their_access(tmp_path: Path) -> None:
    (tmp_path / "real=1").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real=1")
    real = str((tmp_path / "real=1").resolve())
    assert parse(["--folder", f"{tmp_path}/link=read", f"--folder={tmp_path}/real=1=ask"]) == Arguments(
        [Folder(real, "read"), Folder(real, "ask")]
    )


def test_the_home_sign_is_the_account(guard: Path) -> None:
    assert parse(["--folder", "~=write", "--undo", "~/undo"]) == Arguments(
        [Folder(str(guard.resolve()), "write")], undo=str(guard / "undo")
    )
    assert parse(["--gateway"]) == Arguments(gateway=True)
    assert parse([]) == Arguments()


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--folder"], "needs a value"),
        (["--folder", "/tmp"], "PATH=ACCESS"),
        (["--folder", "/tmp=all"], "off, read, ask or write"),
        (["--folder", "=read"], "PATH=ACCESS"),
        (["--folder", "/not/there=read"], "is not a folder"),
        (["--gateway", "--folder", "/=read"], "exclude each other"),
        (["/tmp"], "unknown argument /tmp"),
        (["--help-me"], "unknown argument"),
    ],
)
def test_arguments_that_make_no_sense_are_explained(argv: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse(argv)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.fakes.small_server", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_wrong_command_line_is_status_two_and_nothing_on_stdout() -> None:
    done = run("--folder")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--folder needs a value" in done.stderr
    assert usage(server) in done.stderr


def test_help_and_version_go_to_stdout() -> None:
    assert run("--help").stdout == usage(server)
    assert run("--version").stdout == "small 1.2.3\n"


def test_granted_folders_and_the_undo_store_reach_the_tools(start: Start, tmp_path: Path) -> None:
    peer = start("--folder", f"{tmp_path}=write", "--undo", str(tmp_path / "undo"))
    assert peer.text("granted") == f"0 False ['{tmp_path}=write'] True"
