"""What an organisation may forbid, and how the app is told from other programs."""

from __future__ import annotations

from typing import Any

import pytest

from app.clients.claude_desktop import FORMS, why_blocked


@pytest.mark.parametrize(
    ("managed", "blocked"),
    [
        ({}, False),
        ({"isLocalDevMcpEnabled": True}, False),
        ({"isLocalDevMcpEnabled": "true"}, False),
        ({"isLocalDevMcpEnabled": "1"}, False),
        ({"isLocalDevMcpEnabled": 1}, False),
        ({"isLocalDevMcpEnabled": False}, True),
        ({"isLocalDevMcpEnabled": "false"}, True),
        ({"isLocalDevMcpEnabled": "False "}, True),
        ({"isLocalDevMcpEnabled": "0"}, True),
        ({"isLocalDevMcpEnabled": 0}, True),
        ({"isDesktopExtensionEnabled": False}, False),
    ],
)
def test_local_servers_are_blocked_by_one_policy_only(managed: dict[str, Any], blocked: bool) -> None:
    assert bool(why_blocked(managed)) is blocked


def test_the_command_line_tool_is_not_the_app() -> None:
    app = FORMS[0].application
    assert app is not None
    assert all("\\" in folder and folder == folder.lower() for folder in app.image_folders)
    assert app.linux_command != "claude"
