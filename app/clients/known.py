"""Every client that `doorkeep clients` knows, by id: Claude Desktop first."""

from __future__ import annotations

from app.clients import claude_desktop, others
from app.clients.client import Client

CLIENTS: dict[str, Client] = {client.id: client for client in (*claude_desktop.FORMS, *others.ROWS)}
