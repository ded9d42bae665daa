"""How each client writes one server: the same command and arguments in another shape. Pure functions of values."""

from __future__ import annotations

from typing import Any, Literal, cast

Shape = Literal["plain", "typed", "zed", "opencode"]
"""`plain` {command, args}; `typed` with type "stdio"; `zed` with source "custom"; `opencode` {type "local", command: [all]}."""


def entry(shape: Shape, command: str, args: list[str]) -> dict[str, Any]:
    """The value written into a client's configuration, and nothing more."""
    if shape == "opencode":
        return {"type": "local", "command": [command, *args], "enabled": True}
    plain: dict[str, Any] = {"command": command, "args": args}
    if shape == "typed":
        return {"type": "stdio", **plain}
    return {"source": "custom", **plain} if shape == "zed" else plain


def command_of(value: Any) -> str:
    """The program that an entry of any shape runs; empty where it runs none (a remote server)."""
    command = cast("dict[str, Any]", value).get("command") if isinstance(value, dict) else None
    if isinstance(command, list):
        command = next(iter(cast("list[Any]", command)), None)
    if isinstance(command, dict):  # older Zed: {"path": …, "args": […]}
        command = cast("dict[str, Any]", command).get("path")
    return command if isinstance(command, str) else ""


def arguments_of(value: Any) -> list[str]:
    """The program's arguments, those that are text."""
    if not isinstance(value, dict):
        return []
    found = cast("dict[str, Any]", value)
    command = found.get("command")
    if isinstance(command, list):
        args: Any = cast("list[Any]", command)[1:]
    elif isinstance(command, dict):
        args = cast("dict[str, Any]", command).get("args")
    else:
        args = found.get("args")
    return [one for one in cast("list[Any]", args) if isinstance(one, str)] if isinstance(args, list) else []


def environment_of(value: Any) -> dict[str, str]:
    """The variables that an entry gives its program."""
    if not isinstance(value, dict):
        return {}
    found = cast("dict[str, Any]", value)
    env = found.get("env", found.get("environment"))
    if not isinstance(env, dict):
        return {}
    return {name: one for name, one in cast("dict[str, Any]", env).items() if isinstance(one, str)}
