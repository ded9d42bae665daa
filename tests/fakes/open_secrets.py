"""Servers of others whose secrets lie open in a client's configuration, for tests of adopting."""

from __future__ import annotations

from pathlib import Path

CANARY = "ghp_CANARY0123456789abcdefghij"
HEADER = "Canary-header-5d41402abc4b2a76"
ARGUMENT = "canary-argument-9b74c9897bac"
SERVERS = {
    "GitHub MCP": {"command": "npx", "args": ["-y", "server-github"], "env": {"GITHUB_TOKEN": CANARY, "LEVEL": "info"}},
    "postgres": {"command": "npx", "args": ["server-postgres", f"--api-key={ARGUMENT}"], "disabled": False},
    "tracker": {
        "url": "https://tracker.example/mcp",
        "headers": {"Authorization": f"Bearer {HEADER}", "Accept": "text/plain"},
    },
    "memory": {"command": "npx", "args": ["-y", "server-memory"]},
}
SECRETS = (CANARY, HEADER, ARGUMENT)


def open_secrets_below(folder: Path) -> list[str]:
    """Files below the folder in which a canary stands."""
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(each.encode() in path.read_bytes() for each in SECRETS)
    ]
