"""A command server gets the PATH, what it was promised, and nothing of what the gateway has around it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from app.core.settings import OAuthSetting, ServerSetting
from app.gateway.preparing import Prepared, Preparing, granted, prepared, prepared_remote, secret_names
from app.gateway.private import Names
from app.gateway.programs import ServerUnavailableError


def made(setting: ServerSetting, **secrets: str) -> Prepared:
    found = prepared("tracker", setting, "/my/bin", secrets)
    assert isinstance(found, Prepared)
    return found


def test_the_environment_is_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_TOKEN", "of another program")
    monkeypatch.setenv("PYTHONPATH", "/evil")
    monkeypatch.setenv("HOME", "/home/me")
    program = made(ServerSetting(command="tracker", args=("--stdio",), env={"LEVEL": "1"})).program
    assert program.argv == ["tracker", "--stdio"]
    assert (program.env["PATH"], program.env["LEVEL"], program.env["HOME"]) == ("/my/bin", "1", "/home/me")
    assert not {"OTHER_TOKEN", "PYTHONPATH"} & set(program.env)
    assert program.die_with_us


def test_the_user_may_set_even_the_path() -> None:
    assert made(ServerSetting(command="x", env={"PATH": "/other"})).program.env["PATH"] == "/other"


def test_secrets_are_filled_in_where_they_are_named() -> None:
    setting = ServerSetting(command="x", args=("secret:key", "no secret: here"), env={"KEY": "secret:key", "A": "b"})
    assert secret_names(setting) == {"key"}
    program = made(setting, key="value").program
    assert program.argv == ["x", "value", "no secret: here"]
    assert (program.env["KEY"], program.env["A"]) == ("value", "b")


@pytest.mark.parametrize("setting", [{"args": ("a\0b",)}, {"env": {"A": "\0"}}])
def test_what_no_program_takes_is_refused(setting: dict[str, Any]) -> None:
    found = prepared("tracker", ServerSetting(command="x", **setting), "", {})
    assert isinstance(found, ServerUnavailableError)
    assert "NUL" in str(found)


def test_it_runs_in_the_accounts_home_or_where_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "tools").mkdir()
    assert made(ServerSetting(command="x")).program.cwd == str(tmp_path)
    assert made(ServerSetting(command="x", cwd="~/tools")).program.cwd == str(tmp_path / "tools")
    gone = prepared("tracker", ServerSetting(command="x", cwd=str(tmp_path / "gone")), "", {})
    assert isinstance(gone, ServerUnavailableError)
    assert "which is no folder" in str(gone)


def told(setting: ServerSetting) -> dict[str, Any]:
    """What our program for a remote server is told."""
    program = prepared_remote("far", setting).program
    assert program.argv[-2:] == ["servers.remote", "--gateway"]
    return json.loads(program.env["DOORKEEP_REMOTE"])


def test_a_remote_server_is_told_which_secrets_to_ask_for_and_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    setting = ServerSetting(url="https://example.com/mcp", auth="secret:far", headers={"X-Key": "k {secret:key}"})
    assert secret_names(setting) == set()
    assert told(setting)["headers"] == {"Authorization": "Bearer {secret:far}", "X-Key": "k {secret:key}"}
    assert granted("far", setting) == Names(frozenset({"far", "key"}))
    found = prepared_remote("far", setting)
    assert found.program.env["HTTPS_PROXY"] == "http://proxy:1"
    assert found.secrets == {}


def test_a_plain_token_and_an_address_with_a_key_stand_in_no_argument() -> None:
    setting = ServerSetting(url="https://example.com/mcp?key=plain", auth="plain-too")
    assert "plain" not in " ".join(prepared_remote("far", setting).program.argv)
    assert told(setting)["headers"] == {"Authorization": "Bearer plain-too"}


def test_a_remote_server_without_a_token_gets_none() -> None:
    setting = ServerSetting(url="https://example.com/mcp")
    assert told(setting) == {
        "server": "far",
        "url": "https://example.com/mcp",
        "headers": {},
        "sign_in": "",
        "oauth": {},
    }
    assert granted("far", setting) == Names()


def test_one_with_a_sign_in_may_change_that_and_read_its_clients_secret() -> None:
    oauth = OAuthSetting(client_id="me", client_secret="secret:id")
    setting = ServerSetting(url="https://example.com/mcp", auth="oauth", oauth=oauth)
    assert told(setting)["sign_in"] == "oauth-far"
    assert told(setting)["headers"] == {}
    assert granted("far", setting) == Names(frozenset({"id"}), frozenset({"oauth-far"}))
    assert prepared_remote("far", setting, "--sign-in").program.argv[-2:] == ["--gateway", "--sign-in"]


def test_no_program_is_given_the_sign_in_to_another_server() -> None:
    greedy = ServerSetting(url="https://example.com/mcp", headers={"X": "{secret:oauth-other} {secret:b}"})
    assert granted("far", greedy) == Names(frozenset({"b"}))
    found: list[Any] = []
    command = ServerSetting(command="x", env={"A": "Bearer {secret:oauth-other}"})
    Preparing(cast("Any", None)).prepare("far", command, found.append)
    assert isinstance(found[0], ServerUnavailableError)
    assert "another server" in str(found[0])


def test_a_command_server_may_ask_for_nothing() -> None:
    assert granted("x", ServerSetting(command="x", env={"A": "secret:a"})) == Names()


def test_the_git_server_may_read_the_tokens_of_its_hosts() -> None:
    setting = ServerSetting(tokens={"github.com": "secret:hub", "git.example.com": "secret:oauth-far"})
    assert granted("git", setting) == Names(frozenset({"hub"}))


def test_a_secret_within_a_longer_value_is_filled_in() -> None:
    url = "postgres://u:{secret:pw}@host/db"
    setting = ServerSetting(command="x", args=(url,), env={"AUTH": "Bearer {secret:key}"})
    assert secret_names(setting) == {"pw", "key"}
    program = made(setting, pw="p{secret:key}", key="k").program
    assert program.argv == ["x", "postgres://u:p{secret:key}@host/db"]
    assert program.env["AUTH"] == "Bearer k"
