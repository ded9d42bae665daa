"""What an organisation may forbid, and that every known client is complete."""

from __future__ import annotations

from typing import Any

import pytest

from app.clients.claude_desktop import CLIENTS, why_blocked
from app.clients.locations import this_machine


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


@pytest.mark.parametrize("client", CLIENTS.values(), ids=lambda client: client.id)
def test_every_client_knows_its_places(client: Any) -> None:
    assert CLIENTS[client.id] is client
    found = client.places(this_machine())
    assert found
    assert {each.client for each in found} == {client.id}


def test_the_command_line_tool_is_not_the_app() -> None:
    app = CLIENTS["claude-desktop"].application
    assert all("\\" in folder and folder == folder.lower() for folder in app.image_folders)
    assert app.linux_command != "claude"
