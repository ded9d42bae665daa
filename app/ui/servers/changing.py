"""What a person changes about a server, written into the settings. Runs in the background; comments in the file stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.settings import edit

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


def _table(document: Any, *keys: str) -> Any:
    """The table at a path of keys, made where it is missing; an inline table stays one."""
    import tomlkit

    table = document
    for depth, key in enumerate(keys):
        if key not in table:
            table[key] = tomlkit.table(is_super_table=depth == 0)
        table = table[key]
    return table
