from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from app.core.settings import ServerSetting
from app.gateway import programs
from app.gateway.programs import ServerUnavailableError, is_builtin, program_of


@pytest.fixture
def builtin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "filesystem.json").write_text(json.dumps({"server": {"name": "filesystem"}}))
    monkeypatch.setattr(programs, "builtin_folder", lambda: str(tmp_path))
    return "filesystem"


def test_a_built_in_server_runs_from_our_own_folder_wherever_the_gateway_was_started(home: str, builtin: str) -> None:
    program = program_of(home, builtin, None)
    assert program.argv == [
        sys.executable, "-P", "-m", "servers.filesystem", "--gateway", "--undo", os.path.join(home, "undo", "filesystem"),
    ]  # fmt: skip
    assert program.env["PYTHONPATH"] == programs.ROOT
    assert os.path.isdir(os.path.join(programs.ROOT, "servers"))


def test_settings_without_a_command_do_not_change_what_a_built_in_server_runs(home: str, builtin: str) -> None:
    assert program_of(home, builtin, ServerSetting(tools={"trash": "off"})) == program_of(home, builtin, None)


def test_a_command_server_gets_its_own_words_and_dies_with_us(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORKEEP_HOME", home)
    monkeypatch.setenv("PYTHONPATH", "/evil")
    program = program_of(home, "tracker", ServerSetting(command="tracker", args=("--stdio",), env={"LEVEL": "1"}))
    assert program.argv == ["tracker", "--stdio"]
    assert program.env["LEVEL"] == "1"
    assert {name for name in program.env if name.startswith(("DOORKEEP_", "PYTHON"))} == set()
    assert program.die_with_us


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (None, "There is no server named other"),
        (ServerSetting(url="https://example.com/mcp"), "remote"),
        (ServerSetting(command="x", env={"KEY": "secret:key"}), "needs the secret for KEY"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(home: str, setting: ServerSetting | None, words: str) -> None:
    with pytest.raises(ServerUnavailableError, match=words):
        program_of(home, "other", setting)


@pytest.mark.parametrize("name", ["", "..", "../resources", "a/b", "a.json", "no-such"])
def test_only_names_that_ship_are_built_in(name: str) -> None:
    assert not is_builtin(name)
