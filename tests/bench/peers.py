"""The rivals, installed on demand into a scratch folder by their package names."""

from __future__ import annotations

import shutil
import subprocess
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
