"""A command server gets the PATH, what it was promised, and nothing of what the gateway has around it."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.settings import ServerSetting
from app.gateway.preparing import Prepared, prepared, prepared_remote, secret_names
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


def test_a_remote_servers_token_is_in_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    setting = ServerSetting(url="https://example.com/mcp", auth="secret:far")
    assert secret_names(setting) == {"far"}
    found = prepared_remote("far", setting, {"far": "geheim"})
    assert isinstance(found, Prepared)
    assert found.program.argv[-4:] == ["servers.remote", "https://example.com/mcp", "--bearer", "DOORKEEP_BEARER"]
    assert found.program.env["DOORKEEP_BEARER"] == "geheim"
    assert found.program.env["HTTPS_PROXY"] == "http://proxy:1"
    assert found.secrets == {"far": "geheim"}


def test_a_remote_server_without_a_token_gets_none() -> None:
    found = prepared_remote("far", ServerSetting(url="https://example.com/mcp"), {})
    assert isinstance(found, Prepared)
    assert found.program.argv[-1] == "https://example.com/mcp"
    assert "DOORKEEP_BEARER" not in found.program.env


def test_a_login_in_the_browser_is_refused_with_a_way_out() -> None:
    found = prepared_remote("far", ServerSetting(url="https://example.com/mcp", auth="oauth"), {})
    assert isinstance(found, ServerUnavailableError)
    assert "secret:NAME" in str(found)
