"""Linux: how Doorkeep appears among the applications (Desktop Entry Specification 1.5): the entry's text, for packages and for
"Install for me" alike. Nothing is written here.
"""

from __future__ import annotations

from app.desktop.autostart_linux import quoted

NAME = "doorkeep"
"""The entry's file and icon name; the window names it, too, so that a dock knows whose window it is."""
SUMMARY = "Guards which files and servers AI apps may use"


def entry(command: list[str]) -> str:
    """The text of `doorkeep.desktop`. `command` starts the desktop app; its first word is absolute or found in PATH."""
    started = " ".join(quoted(word) for word in command)
    return (
        "[Desktop Entry]\nType=Application\nName=Doorkeep\nGenericName=Guard for AI apps\n"
        f"Comment={SUMMARY}\nExec={started}\nIcon={NAME}\nTerminal=false\n"
        f"Categories=System;Security;\nKeywords=AI;MCP;Claude;permissions;folders;\nStartupWMClass={NAME}\n"
        "StartupNotify=true\n"
    )
