"""Home and address rules."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.bridge import home


def test_home_is_the_account_s_and_never_xdg_s(guard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    assert home.find_home() == str(guard / ".local/share/doorkeep")


@pytest.mark.parametrize(
    ("named", "environment", "expected"), [("/a", "/b", "/a"), (None, "/b", "/b"), (None, "~/x", "HOME/x")]
)
def test_a_named_home_wins_over_the_environment(
    named: str | None, environment: str, expected: str, guard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORKEEP_HOME", environment)
    assert home.find_home(named) == expected.replace("HOME", str(guard))


def test_the_account_s_home_is_known_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    monkeypatch.delenv("HOME")
    assert home.account_home() == pwd.getpwuid(os.getuid()).pw_dir


def test_a_short_home_holds_its_own_socket() -> None:
    assert home.address("/h") == "/h/run/door.sock"


def test_a_long_home_gets_a_private_folder_that_no_variable_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "/" + "x" * 120
    monkeypatch.setenv("TMPDIR", "/somewhere")
    found = home.address(long)
    assert found.startswith(f"/tmp/doorkeep-{os.getuid()}-")
    assert len(found) <= home.MAX_SOCKET_PATH
    assert found == home.address(long)
    assert found != home.address(long + "y")


def test_two_spellings_of_a_home_have_one_address(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert home.address(str(tmp_path / "link")) == home.address(str(tmp_path / "real"))


@pytest.mark.parametrize(("mode", "trusted"), [(0o700, True), (0o750, False), (0o777, False)])
def test_a_socket_in_a_folder_open_to_others_is_not_trusted(tmp_path: Path, mode: int, trusted: bool) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(mode)
    assert (home.check_socket_folder(str(folder / "door.sock")) is None) == trusted


def test_a_linked_socket_folder_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "run").symlink_to("real")
    assert home.check_socket_folder(str(tmp_path / "run" / "door.sock")) is not None


def test_state_files_lie_in_home() -> None:
    assert home.stopped_mark("/h") == "/h/stopped"
    assert home.ready_answers("/h", "git") == "/h/lists/git.json"
