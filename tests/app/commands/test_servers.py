from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.house import House

Doorkeep = Callable[..., Any]


def plain(doorkeep: Doorkeep) -> dict[str, Any]:
    return next(server for server in json.loads(doorkeep("servers", "list", "--json").out) if server["name"] == "plain")


def test_the_list_names_every_server_with_and_without_a_gateway(doorkeep: Doorkeep, home: str) -> None:
    house = House(home)
    expected = {
        "name": "plain",
        "kind": "command",
        "enabled": True,
        "state": "stopped",
        "pid": None,
        "tools": 11,
        "changed": False,
        "reviewed": True,
        "sign_in": "",
    }
    assert plain(doorkeep) == expected
    house.start()
    with house.session() as session:
        house.call_in(session, "echo")
        assert plain(doorkeep)["state"] == "running"
    assert "plain" in doorkeep("servers", "list").out
    house.end()


def test_a_disabled_server_refuses_calls_at_once_and_an_enabled_one_serves(doorkeep: Doorkeep, house: House) -> None:
    with house.session() as session:
        assert "isError" not in session.call_tool("echo", {})
        assert doorkeep("servers", "disable", "plain").out == "plain is off: every call to it is refused.\n"
        assert session.call_tool("echo", {})["isError"] is True
        assert plain(doorkeep)["enabled"] is False
        assert json.loads(doorkeep("servers", "enable", "plain", "--json").out)["enabled"] is True
        assert "isError" not in session.call_tool("echo", {})


def test_rules_of_tools_are_kept_in_the_settings_with_their_comments(doorkeep: Doorkeep, house: House) -> None:
    settings = Path(house.home, "doorkeep.toml")
    settings.write_text("# mine\n" + settings.read_text())
    assert doorkeep("servers", "off", "plain", "echo").out == "plain.echo is hidden and refused.\n"
    with house.session() as session:
        assert session.call_tool("echo", {})["isError"] is True
    assert json.loads(doorkeep("servers", "ask", "plain", "echo", "--json").out)["rule"] == "ask"
    assert doorkeep("servers", "allow", "plain", "echo").status == 0
    with house.session() as session:
        assert "isError" not in session.call_tool("echo", {})
    assert settings.read_text().startswith("# mine\n")
    assert 'echo = "allow"' in settings.read_text()


def test_tools_are_listed_with_their_rule(doorkeep: Doorkeep, house: House) -> None:
    doorkeep("servers", "off", "plain", "crash")
    tools = {tool["name"]: tool for tool in json.loads(doorkeep("servers", "tools", "plain", "--json").out)}
    assert (tools["crash"]["rule"], tools["echo"]["rule"], tools["echo"]["read_only"]) == ("off", None, True)
    assert "crash" in doorkeep("servers", "tools", "plain").out


def test_a_test_starts_the_server_and_hears_it(doorkeep: Doorkeep, house: House) -> None:
    fact = json.loads(doorkeep("servers", "test", "plain", "--json").out)
    assert (fact["ok"], fact["tools"]) == (True, 11)
    assert plain(doorkeep)["state"] == "stopped"


def test_a_test_of_a_server_that_does_not_start_fails_in_one_line(doorkeep: Doorkeep, house: House) -> None:
    house.settings('[servers.plain]\ncommand = "/no/such/program"\n')
    found = doorkeep("servers", "test", "plain")
    assert (found.status, found.out, len(found.err.splitlines())) == (1, "", 1)
    assert "could not be started" in found.err


def test_restart_gives_a_fresh_process(doorkeep: Doorkeep, house: House) -> None:
    with house.session() as session:
        before = house.call_in(session, "pid")
        assert doorkeep("servers", "restart", "plain").status == 0
        assert house.call_in(session, "pid") != before


@pytest.mark.parametrize(
    "words",
    [
        ("enable", "nobody"),
        ("disable", "nobody"),
        ("tools", "nobody"),
        ("test", "nobody"),
        ("restart", "nobody"),
        ("allow", "nobody", "echo"),
        ("allow", "plain", "no_such_tool"),
    ],
)
def test_a_name_that_is_unknown_is_one_line_and_status_1(
    doorkeep: Doorkeep, house: House, words: tuple[str, ...]
) -> None:
    found = doorkeep("servers", *words)
    assert (found.status, len(found.err.splitlines())) == (1, 1)
    assert "doorkeep servers" in found.err


@pytest.mark.parametrize("words", [(), ("fly",), ("allow", "plain")])
def test_wrong_words_are_usage(doorkeep: Doorkeep, words: tuple[str, ...]) -> None:
    assert doorkeep("servers", *words).status == 2
