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
    entry = scratch / "npm/node_modules" / FILESYSTEM / "dist/index.js"
    if not entry.exists():
        if shutil.which("npm") is None:
            raise SystemExit("The comparators need Node and npm; install them and run again.")
        (scratch / "npm").mkdir(parents=True, exist_ok=True)
        command = [
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            str(scratch / "npm"),
            f"{FILESYSTEM}@{VERSION}",
        ]
        subprocess.run(command, check=True, timeout=300)
    return ["node", str(entry)]


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
