from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from app.gateway import programs
from app.gateway.programs import ServerUnavailableError, is_builtin, program_of


@pytest.fixture
def builtin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "filesystem.json").write_text(json.dumps({"server": {"name": "filesystem"}}))
    monkeypatch.setattr(programs, "builtin_folder", lambda: str(tmp_path))
    return "filesystem"


def test_a_built_in_server_runs_from_our_own_folder_wherever_the_gateway_was_started(home: str, builtin: str) -> None:
    program = program_of(home, builtin)
    assert program.argv == [
        sys.executable, "-P", "-m", "servers.filesystem", "--gateway", "--undo", os.path.join(home, "undo", "filesystem"),
    ]  # fmt: skip
    assert program.env["PYTHONPATH"] == programs.ROOT
    assert os.path.isdir(os.path.join(programs.ROOT, "servers"))


def test_what_does_not_ship_is_refused_in_words(home: str) -> None:
    with pytest.raises(ServerUnavailableError, match="There is no server named other"):
        program_of(home, "other")


@pytest.mark.parametrize("name", ["", "..", "../resources", "a/b", "a.json", "no-such"])
def test_only_names_that_ship_are_built_in(name: str) -> None:
    assert not is_builtin(name)
