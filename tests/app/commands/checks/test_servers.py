from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import app.commands.checks.servers as room
from app.gateway.programs import Program


def program(code: str) -> Program:
    return Program([sys.executable, "-c", code], dict(os.environ), "/", False)


def test_each_built_in_server_starts_and_offers_its_tools(home: str):
    found = list(room.check_servers(home))
    assert [finding.state for finding in found] == ["ok"] * len(found)
    assert any("filesystem" in finding.words for finding in found)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise SystemExit('no such module')", "no such module"),
        ("raise SystemExit(3)", "status 3"),
        ("print('hello', flush=True); input()", "does not start"),
    ],
)
def test_a_server_that_does_not_start_is_a_problem_in_its_own_words(
    home: str, monkeypatch: pytest.MonkeyPatch, code: str, words: str
):
    monkeypatch.setattr(room.Pins, "builtin_names", lambda self: ["filesystem"])
    monkeypatch.setattr(room, "program_of", lambda home, name: program(code))
    [finding] = room.check_servers(home)
    assert finding.state == "problem"
    assert words in finding.words


def test_a_server_that_says_nothing_is_given_up(home: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "SECONDS", 0.2)
    monkeypatch.setattr(room.Pins, "builtin_names", lambda self: ["filesystem"])
    monkeypatch.setattr(room, "program_of", lambda home, name: program("input(); input()"))
    [finding] = room.check_servers(home)
    assert "said nothing" in finding.words


def test_other_tools_than_the_release_lists_are_a_problem(home: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room.Pins, "builtin_names", lambda self: ["filesystem"])
    monkeypatch.setattr(room, "ask_for_tools", lambda home, name: {"surprise"})
    [finding] = room.check_servers(home)
    assert finding.state == "problem"
    assert "surprise" in finding.words


def test_an_installation_without_servers_is_a_problem(home: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room.Pins, "builtin_names", lambda self: list[str]())
    assert [finding.state for finding in room.check_servers(home)] == ["problem"]


def test_the_home_is_left_as_it_was(home: str):
    list(room.check_servers(home))
    assert list(Path(home).iterdir()) == []
