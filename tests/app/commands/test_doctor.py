from __future__ import annotations

import json
import os

import pytest

import app.commands.checks.place
from app.cli import main


def test_it_checks_everything_and_says_that_all_is_well(home: str, capsys: pytest.CaptureFixture[str]):
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("No problem was found.\n")
    for check in ("home", "socket", "disk", "settings", "limits", "gateway", "log", "servers", "clients", "bridge"):
        assert f" {check} " in said


def test_a_problem_makes_it_fail_and_names_the_remedy(home: str, capsys: pytest.CaptureFixture[str]):
    os.chmod(home, 0o777)
    assert main(["doctor"]) == 1
    assert "chmod 700" in capsys.readouterr().out


def test_json_is_one_object_a_line(home: str, capsys: pytest.CaptureFixture[str]):
    main(["doctor", "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {tuple(line) for line in lines} == {("check", "state", "words", "fix")}


def test_a_check_that_fails_by_itself_is_a_finding(
    home: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def broken(home: str) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(app.commands.checks.place, "check_home", broken)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "ValueError: odd" in said
    assert "limits" in said


def test_it_changes_nothing(home: str):
    main(["doctor"])
    assert os.listdir(home) == []
