"""Bundles made in the test, honest ones and others."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., str]
MANIFEST: dict[str, Any] = {
    "manifest_version": "0.3",
    "name": "My Tracker",
    "display_name": "The Tracker",
    "version": "1.2.0",
    "description": "Tracks things.",
    "author": {"name": "Ann"},
    "server": {
        "type": "node",
        "entry_point": "server/index.js",
        "mcp_config": {"command": "node", "args": ["${__dirname}/server/index.js"], "env": {}},
    },
}


def manifest(**more: Any) -> dict[str, Any]:
    """The manifest with other members; `mcp_config` alone replaces that of its server."""
    made = {**MANIFEST, **{name: value for name, value in more.items() if name != "mcp_config"}}
    if "mcp_config" in more:
        made["server"] = {**made["server"], "mcp_config": more["mcp_config"]}
    return made


@pytest.fixture
def bundle(tmp_path: Path) -> Make:
    """Packs `files` (name or ZipInfo to content) with a manifest (None: none) and gives the path."""

    def make(
        said: dict[str, Any] | None = MANIFEST, files: dict[Any, str | bytes] | None = None, name: str = "tracker.mcpb"
    ) -> str:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            if said is not None:
                archive.writestr("manifest.json", json.dumps(said))
            for inner, content in (files or {"server/index.js": "serve()"}).items():
                archive.writestr(inner, content)
        return str(path)

    return make
