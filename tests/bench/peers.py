"""The rivals, installed on demand into a scratch folder by their package names."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

FILESYSTEM = "@modelcontextprotocol/server-filesystem"
VERSION = "2026.8.31"


def node_filesystem(scratch: Path) -> list[str]:
    """The reference filesystem server's command, without its folders."""
    return _node_program(scratch, FILESYSTEM, VERSION, "dist/index.js")


def node_notes(scratch: Path) -> list[str]:
    """obsidian-mcp's command, without its vaults; the last version for Node 20. It refuses vaults below /tmp and /var."""
    return _node_program(scratch, "obsidian-mcp", "1.0.6", "build/main.js")


def _node_program(scratch: Path, package: str, version: str, entry: str) -> list[str]:
    found = scratch / "npm/node_modules" / package / entry
    if not found.exists():
        if shutil.which("npm") is None:
            raise SystemExit("The comparators need Node and npm; install them and run again.")
        (scratch / "npm").mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(scratch / "npm")]
        subprocess.run([*command, f"{package}@{version}"], check=True, timeout=300)
    return ["node", str(found)]


def program(*names: str) -> str | None:
    """The first of the named programs that is installed (Debian calls fd `fdfind`)."""
    return next((found for name in names if (found := shutil.which(name))), None)


def git_server(scratch: Path) -> list[str]:
    """The reference git server's command, in an environment of its own; empty where it cannot be installed."""
    place = scratch / "git-peer"
    entry = place / "bin" / "mcp-server-git"
    if not entry.exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(place)], check=False, timeout=300)
        pip = [str(place / "bin" / "pip"), "install", "--quiet", "mcp-server-git"]
        if made.returncode or subprocess.run(pip, check=False, timeout=600).returncode:
            return []
    return [str(entry)]
