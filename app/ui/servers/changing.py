"""What a person changes about a server, written into the settings. Runs in the background; comments in the file stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from app.core.errors import SettingsError
from app.core.settings import ServerSetting, edit

Confirm = Callable[[], Any]
DEFAULT = "default"
"""The choice that takes a tool's own rule away again."""


def set_enabled(home: str, server: str, enabled: bool, confirm: Confirm) -> None:
    """Let apps use the server, or refuse every call to it. Raises SettingsError."""

    def change(document: Any) -> None:
        _table(document, "servers", server)["enabled"] = enabled

    edit(home, change, confirm)


def set_rule(home: str, server: str, tool: str, rule: str, confirm: Confirm) -> None:
    """`allow`, `ask`, `off`, or DEFAULT. Raises SettingsError."""

    def change(document: Any) -> None:
        rules = _table(document, "servers", server, "tools")
        if rule == DEFAULT:
            rules.pop(tool, None)
        else:
            rules[tool] = rule

    edit(home, change, confirm)


def add_server(home: str, server: str, setting: ServerSetting, confirm: Confirm) -> None:
    """Write a new server. Raises SettingsError, also where there is one of that name by now."""

    def change(document: Any) -> None:
        if server in document.get("servers", {}):
            raise SettingsError(
                f"There is a server named {server} already.", "Nothing was written.", "Choose another name."
            )
        table = _table(document, "servers", server)
        for key, value in msgspec.to_builtins(setting).items():
            table[key] = value

    edit(home, change, confirm)


def remove_server(home: str, server: str, confirm: Confirm) -> None:
    """Take a server's table out of the settings. Raises SettingsError."""

    def change(document: Any) -> None:
        document.get("servers", {}).pop(server, None)

    edit(home, change, confirm)


def _table(document: Any, *keys: str) -> Any:
    """The table at a path of keys, made where it is missing; an inline table stays one."""
    import tomlkit

    table = document
    for depth, key in enumerate(keys):
        if key not in table:
            table[key] = tomlkit.table(is_super_table=depth == 0)
        table = table[key]
    return table
