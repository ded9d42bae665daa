"""`doorkeep setup`: out, in again, and never without a yes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.settings import load


@pytest.fixture
def exported(doorkeep, home: str, folder: Path, tmp_path: Path) -> str:
    """A setup that grants one folder; the home is empty again."""
    path = tmp_path / "setup.json"
    doorkeep("folders", "add", str(folder), "--access", "ask")
    assert doorkeep("setup", "export", str(path)).status == 0
    doorkeep("folders", "remove", str(folder))
    return str(path)


def test_without_a_yes_nothing_changes(doorkeep, home: str, exported: str, folder: Path) -> None:
    said = doorkeep("setup", "import", exported)
    assert said.status == 1
    assert f"Folder {folder}: ask" in said.out
    assert load(home).folders == ()


def test_a_dry_run_shows_and_changes_nothing(doorkeep, home: str, exported: str) -> None:
    assert doorkeep("setup", "import", exported, "--dry-run").status == 0
    assert load(home).folders == ()


def test_yes_does_it_and_a_second_time_there_is_nothing_to_do(doorkeep, home: str, exported: str) -> None:
    assert "in force" in doorkeep("setup", "import", exported, "--yes").out
    assert [folder.access for folder in load(home).folders] == ["ask"]
    assert "nothing to change" in doorkeep("setup", "import", exported).out


@pytest.mark.parametrize(("typed", "count"), [("y", 1), ("", 0), ("no", 0)])
def test_a_terminal_is_asked(doorkeep, home: str, exported: str, monkeypatch, typed: str, count: int) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _words: typed)
    doorkeep("setup", "import", exported)
    assert len(load(home).folders) == count


def test_json_tells_the_facts(doorkeep, exported: str) -> None:
    fact = json.loads(doorkeep("setup", "import", exported, "--json", "--yes").out)
    assert (fact["done"], len(fact["changes"]), fact["left_out"]) == (True, 1, [])


def test_a_file_from_elsewhere_cannot_move_the_cursor(doorkeep, tmp_path: Path) -> None:
    evil = {"doorkeep_setup": 1, "servers": {"x": {"command": "/bin/ls\x1b[2K\rharmless"}}}
    path = tmp_path / "evil.json"
    path.write_text(json.dumps(evil))
    said = doorkeep("setup", "import", str(path), "--dry-run")
    assert "\x1b" not in said.out
    assert "switched off" in said.out


def test_export_to_stdout_is_json(doorkeep, home: str) -> None:
    assert json.loads(doorkeep("setup", "export", "-").out)["doorkeep_setup"] == 1


def test_what_cannot_be_read_or_written_is_one_line(doorkeep, tmp_path: Path) -> None:
    assert doorkeep("setup", "import", str(tmp_path / "nothing.json")).err.count("\n") == 1
    assert doorkeep("setup", "export", str(tmp_path / "no" / "x.json")).status == 1
