"""A client's row: what is left out has the plainest meaning."""

from __future__ import annotations

from app.clients.client import Client


def test_a_plain_client_is_never_closed_and_takes_the_usual_shape() -> None:
    row = Client("x", "X", "mcpServers", "json", lambda _machine: [])
    assert (row.application, row.shape, row.introduces, row.reload) == (None, "plain", "", "")
