"""Every known client is complete, and none is known twice."""

from __future__ import annotations

from typing import Any

import pytest

from app.clients.known import CLIENTS
from app.clients.locations import protected_paths, this_machine


@pytest.mark.parametrize("client", CLIENTS.values(), ids=lambda client: client.id)
def test_every_client_knows_its_places(client: Any) -> None:
    assert CLIENTS[client.id] is client
    found = client.places(this_machine())
    assert found
    assert {each.client for each in found} == {client.id}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=lambda client: client.id)
def test_no_folder_grant_reaches_a_clients_configuration(client: Any) -> None:
    closed = [path for path, access in protected_paths() if access == "off"]
    for place in client.places(this_machine()):
        assert any(place.path == path or place.path.startswith(path + "/") for path in closed), place.path


def test_claude_desktop_comes_first() -> None:
    assert next(iter(CLIENTS)) == "claude-desktop"
