"""`uv run python packaging/mcpb/make.py`: the bundles for Claude Desktop, one for each of our own servers, by the official packer.

A bundle holds no server, only a launcher of what is installed: a bundle that was opened by hand is never updated by the app, and a
second copy of the servers would be a second door. One bundle a server, since a bundle is one server to the app: a single
one would have to mix three lists of tools, and nobody could switch git off there without the files. Needs npm.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from typing import Any

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import pixels
from building import ROOT, BuildError, read_version, run

PACKER = "@anthropic-ai/mcpb@2.1.2"
HERE = os.path.dirname(os.path.abspath(__file__))
SERVERS = {
    "filesystem": ("Doorkeep: files", "Files in the folders that you opened in Doorkeep, and no others."),
    "git": ("Doorkeep: git", "Repositories in the folders that you opened in Doorkeep."),
    "notes": ("Doorkeep: notes", "Markdown notes in the folders that you opened in Doorkeep."),
}
LONG = (
    "Leads Claude to the Doorkeep that is installed on this computer. Doorkeep decides what may be reached, asks where you want "
    "to be asked, writes every call down and can take changes back. Install Doorkeep first: without it, this extension only says so."
)
ICON = 512


def manifest(server: str, version: str) -> dict[str, Any]:
    """What the bundle says of itself (MCPB manifest 0.3). The tools are those that the release lists."""
    title, words = SERVERS[server]
    with open(os.path.join(ROOT, "resources", "builtin", f"{server}.json"), encoding="utf-8") as file:
        tools: list[dict[str, Any]] = json.load(file)["tools"]
    return {
        "manifest_version": "0.3",
        "name": f"doorkeep-{server}",
        "display_name": title,
        "version": version,
        "description": words,
        "long_description": LONG,
        "author": {"name": "The Doorkeep authors"},
        "license": "MIT",
        "icon": "icon.png",
        "keywords": ["permissions", "log", "undo", server],
        "server": {
            "type": "node",
            "entry_point": "server/launcher.js",
            "mcp_config": {"command": "node", "args": ["${__dirname}/server/launcher.js", server]},
        },
        "tools": [{"name": tool["name"], "description": tool["description"].split(". ")[0][:200]} for tool in tools],
        "compatibility": {"platforms": ["darwin", "win32", "linux"], "runtimes": {"node": ">=18"}},
    }


def prepare(server: str, version: str, folder: str) -> None:
    """What goes into one bundle, unpacked."""
    os.makedirs(os.path.join(folder, "server"))
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8", newline="\n") as file:
        json.dump(manifest(server, version), file, indent=2, ensure_ascii=False)
        file.write("\n")
    shutil.copyfile(os.path.join(HERE, "launcher.js"), os.path.join(folder, "server", "launcher.js"))
    shutil.copyfile(os.path.join(ROOT, "LICENSE"), os.path.join(folder, "LICENSE"))
    with open(os.path.join(folder, "icon.png"), "wb") as file:
        file.write(pixels.png(ICON))


def make(server: str, version: str, into: str, packer: list[str]) -> str:
    """Validate and pack one. `packer`: the command before its words. Returns the bundle. Raises BuildError."""
    path = os.path.join(into, f"doorkeep-{server}-{version}.mcpb")
    with tempfile.TemporaryDirectory(prefix="doorkeep-mcpb-") as scratch:
        folder = os.path.join(scratch, server)
        prepare(server, version, folder)
        run([*packer, "validate", os.path.join(folder, "manifest.json")])
        run([*packer, "pack", folder, path])
    return path


def main(argv: list[str] | None = None) -> int:
    """0 where all three were made, 1 with words where not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", default=os.path.join(ROOT, "dist"), help="where the bundles go (default: dist/)")
    parser.add_argument("--packer", help="the packer's own program (default: npm fetches the pinned one)")
    args = parser.parse_args(argv)
    packer = [args.packer] if args.packer else ["npx", "--yes", PACKER]
    os.makedirs(args.into, exist_ok=True)
    try:
        for server in SERVERS:
            print(f"kept {os.path.relpath(make(server, read_version(), os.path.abspath(args.into), packer))}")
    except BuildError as error:
        print(f"The bundles could not be made. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
