"""What is particular to Claude Desktop: its two forms, how it is told from other programs, what an organisation may forbid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.clients import locations
from app.clients.client import Client
from app.desktop.apps import Application

APPLICATION = Application(
    title="Claude Desktop",
    words=("claude",),
    linux_command="claude-desktop",
    bundle="com.anthropic.claudefordesktop",
    executable="/Claude.app/Contents/MacOS/Claude",
    image="claude.exe",
    image_folders=("\\windowsapps\\claude_", "\\anthropicclaude\\"),
    policy="SOFTWARE\\Policies\\Claude",
)


FORMS = (
    Client(
        locations.CLAUDE_DESKTOP,
        "Claude Desktop",
        "mcpServers",
        "json",
        locations.claude_desktop,
        APPLICATION,
        introduces="claude-ai",
    ),
    Client(
        locations.CLAUDE_DESKTOP_3P,
        "Claude Desktop (third-party inference)",
        "mcpServers",
        "json",
        locations.claude_desktop_3p,
        APPLICATION,
        introduces="claude-ai",
    ),
)
"""Both are closed while their file is written: the app keeps it in memory."""


def why_blocked(managed: Mapping[str, Any]) -> str:
    """Words where the organisation's policy keeps Claude Desktop from starting local servers, else "".

    `managed`: forced settings; their values come as text, numbers or booleans.
    """
    value = managed.get("isLocalDevMcpEnabled")
    if value is None or str(value).strip().lower() not in {"false", "0", "no"}:
        return ""
    return (
        "Your organisation turned local servers off in Claude Desktop (policy isLocalDevMcpEnabled), so it will not start "
        "any entry; ask whoever manages this computer."
    )
