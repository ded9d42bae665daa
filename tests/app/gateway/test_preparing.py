"""A command server gets the PATH, what it was promised, and nothing of what the gateway has around it."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.settings import ServerSetting
from app.gateway.preparing import Prepared, prepared, secret_names
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
