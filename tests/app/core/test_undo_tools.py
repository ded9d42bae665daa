"""Each built-in server's own way back."""

from __future__ import annotations

import json
import os

import pytest

from app.core.undo_tools import UNDO_TOOLS, undoes
from app.gateway.pins import builtin_folder


@pytest.mark.parametrize("server", sorted(UNDO_TOOLS))
def test_the_server_has_that_tool_and_it_takes_a_change(server: str) -> None:
    with open(os.path.join(builtin_folder(), f"{server}.json"), encoding="utf-8") as file:
        tools = {tool["name"]: tool for tool in json.load(file)["tools"]}
    assert "change_id" in tools[UNDO_TOOLS[server]]["inputSchema"]["properties"]


def test_only_its_own_tool_undoes() -> None:
    assert undoes("git", "git_undo")
    assert not undoes("git", "undo")
    assert not undoes("github", "undo")
