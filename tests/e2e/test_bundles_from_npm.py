"""Bundles made by the official packer, signed and not, set up and used behind the door; what the packer takes, we take."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.core.bundles.archive import manifest_of
from tests.fakes.house import House

INSTALL_SECONDS = 400
SECONDS = 90
SERVER = r"""
const readline = require("node:readline");
const tools = [{ name: "where", description: "Says what it was told.", inputSchema: { type: "object" },
  annotations: { readOnlyHint: true } }];
const told = { args: process.argv.slice(2), loud: process.env.LOUD, folder: __dirname };
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} },
      serverInfo: { name: "packed", version: "1.0.0" } },
    "tools/list": { tools },
    "tools/call": { content: [{ type: "text", text: JSON.stringify(told) }] },
  };
  const said = results[method] ? { result: results[method] } : { error: { code: -32601, message: "unknown" } };
  process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, ...said }) + "\n");
});
"""
MANIFEST: dict[str, Any] = {
    "name": "packed-server",
    "display_name": "Packed",
    "version": "1.0.0",
    "description": "Says what it was told.",
    "author": {"name": "Ann Example"},
    "server": {
        "type": "node",
        "entry_point": "server/index.js",
        "mcp_config": {
            "command": "node",
            "args": ["${__dirname}/server/index.js", "${user_config.dirs}", "--size=${user_config.size}"],
            "env": {"LOUD": "${user_config.loud}"},
        },
    },
    "user_config": {
        "dirs": {"type": "directory", "title": "D", "description": "Folders", "multiple": True, "required": True},
        "size": {"type": "number", "title": "S", "description": "Size", "default": 10, "min": 1, "max": 100},
        "loud": {"type": "boolean", "title": "L", "description": "Loud", "default": True},
    },
}

pytestmark = [pytest.mark.needs_npm, pytest.mark.timeout(INSTALL_SECONDS + 2 * SECONDS)]
Pack = Callable[..., str]


@pytest.fixture(scope="module")
def packer() -> Path:
    """The official packer's command."""
    npm = shutil.which("npm")
    if npm is None:
        if os.environ.get("CI"):
            pytest.fail("npm is missing, and these tests must not be skipped in CI")
        pytest.skip("npm is missing: bundles of the official packer were not tried")
    cache = Path(os.environ.get("DOORKEEP_TEST_CACHE") or Path(tempfile.gettempdir()) / f"doorkeep-npm-{os.getuid()}")
    folder = cache / "packer"
    command = folder / "node_modules" / ".bin" / "mcpb"
    if not command.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        install = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), "@anthropic-ai/mcpb"]
        done = subprocess.run(install, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    return command


@pytest.fixture
def pack(packer: Path, tmp_path: Path) -> Pack:
    """Packs a manifest with the server above; gives the bundle's path."""

    def make(*after: str, ending: str = "mcpb", **more: Any) -> str:
        source = tmp_path / "source"
        (source / "server").mkdir(parents=True, exist_ok=True)
        (source / "server" / "index.js").write_text(SERVER)
        (source / "manifest.json").write_text(json.dumps({**MANIFEST, **more}))
        path = tmp_path / f"packed.{ending}"
        run(packer, "pack", str(source), str(path))
        if after:
            run(packer, *after, str(path))
        return str(path)

    return make


def run(packer: Path, *words: str) -> None:
    done = subprocess.run([packer, *words], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


@pytest.mark.parametrize(
    ("ending", "version"),
    [("dxt", {"dxt_version": "0.1"}), ("mcpb", {"manifest_version": "0.2"}), ("mcpb", {"manifest_version": "0.3"})],
)
def test_what_the_packer_made_is_set_up_and_gets_its_answers(
    pack: Pack, house: House, ending: str, version: dict[str, str]
) -> None:
    path = pack(ending=ending, **version)
    answers = ["--answer", "dirs=/a b", "--answer", "dirs=/c", "--answer", "loud=no"]
    assert cli.main(["servers", "add", path, *answers, "--accept"]) == 0
    folder = Path(house.home, "bundles", "packed-server-1.0.0")
    with house.session("packed-server") as session:
        assert [tool["name"] for tool in session.list_tools()] == ["where"]
        told = json.loads(session.call_tool("where", {}, SECONDS)["content"][0]["text"])
    assert told == {"args": ["/a b", "/c", "--size=10"], "loud": "false", "folder": str(folder / "server")}
    assert cli.main(["servers", "remove", "packed-server"]) == 0
    assert not folder.exists()


def test_a_signed_bundle_is_read_too(pack: Pack, house: House) -> None:
    path = pack("sign", "--self-signed", manifest_version="0.3")
    assert Path(path).read_bytes().endswith(b"MCPB_SIG_END")
    assert manifest_of(path).title == "Packed"
    assert cli.main(["servers", "add", path, "--answer", "dirs=/a", "--accept", "--json"]) == 0
