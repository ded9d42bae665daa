"""`doorkeep folders`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import cli


@pytest.fixture
def says(home: str, capsys: pytest.CaptureFixture[str]):
    def run(*words: str, status: int = 0) -> str:
        assert cli.main(["folders", *words]) == status
        shown = capsys.readouterr()
        return shown.out + shown.err

    return run


def test_an_empty_list_says_what_to_do(says) -> None:
    assert "doorkeep folders add" in says("list")


def test_adding_says_what_it_means(says, folder: Path) -> None:
    assert "each change asks you first" in says("add", str(folder), "--access", "ask")


def test_the_list_tells_facts_as_json(says, folder: Path) -> None:
    says("add", str(folder), "--access", "read", "--servers", "filesystem,git")
    assert json.loads(says("list", "--json")) == [
        {
            "path": str(folder),
            "access": "read",
            "servers": ["filesystem", "git"],
            "reveal": [],
            "git": [],
            "exists": True,
        }
    ]


def test_set_without_access_keeps_the_access(says, folder: Path) -> None:
    says("add", str(folder), "--access", "write")
    says("set", str(folder), "--reveal", ".env")
    assert json.loads(says("list", "--json"))[0]["access"] == "write"


def test_git_may_speak_to_other_computers_only_where_it_was_said(says, folder: Path) -> None:
    assert "git may speak to other computers" in says("add", str(folder), "--access", "write", "--git", "remote")
    assert "git: remote" in says("list")
    says("set", str(folder), "--git", "")
    assert json.loads(says("list", "--json"))[0]["git"] == []


def test_removing_and_listing_again(says, folder: Path) -> None:
    says("add", str(folder), "--access", "read")
    assert "no longer granted" in says("remove", str(folder))
    assert json.loads(says("list", "--json")) == []


def test_what_is_not_a_folder_fails_in_one_line(says, folder: Path) -> None:
    assert says("add", str(folder / "report.md"), "--access", "read", status=1).count("\n") == 1
