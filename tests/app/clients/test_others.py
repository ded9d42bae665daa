"""Where other clients keep their servers, on each system, and that each takes and gives back an entry of ours."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

import pytest

from app.clients.changes import Wish, entries_of
from app.clients.check import check
from app.clients.connect import carry_out
from app.clients.entries import arguments_of, command_of
from app.clients.known import CLIENTS
from app.clients.locations import Disk, Machine
from app.clients.others import ROWS
from app.clients.targets import Installation, Target, find_target

LINUX = {
    "claude-code": ".claude.json",
    "vscode": ".config/Code/User/mcp.json",
    "cursor": ".cursor/mcp.json",
    "devin": ".config/devin/mcp_config.json",
    "windsurf": ".codeium/windsurf/mcp_config.json",
    "zed": ".config/zed/settings.json",
    "codex": ".codex/config.toml",
    "gemini-cli": ".gemini/settings.json",
    "lm-studio": ".lmstudio/mcp.json",
    "cline": ".cline/data/settings/cline_mcp_settings.json",
    "opencode": ".config/opencode/opencode.json",
}
MACOS = {**LINUX, "vscode": "Library/Application Support/Code/User/mcp.json"}
WINDOWS = {
    **LINUX,
    "vscode": "Roaming/Code/User/mcp.json",
    "devin": "Roaming/devin/mcp_config.json",
    "zed": "Roaming/Zed/settings.json",
}
ORIGINALS = {
    "json": '{\n    "mine": 1,\n    "mcpServers": {\n        "x": {"command": "x"}\n    }\n}\n',
    "jsonc": '{\n\t// mine\n\t"theme": "dark",\n}\n',
    "toml": 'model = "gpt" # mine\n\n[mcp_servers.x]\ncommand = "x"\n',
}


def machine(platform: Any, home: Path, **env: str) -> Machine:
    """A machine of that platform whose disk is a folder of the test's, with POSIX paths."""
    roaming = {"APPDATA": str(home / "Roaming"), "LOCALAPPDATA": str(home / "Local")} if platform == "win32" else {}
    found = Machine(platform, {**roaming, **env}, str(home), Disk())
    vars(found)["path"] = posixpath
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
@pytest.mark.parametrize(("platform", "table"), [("linux", LINUX), ("darwin", MACOS), ("win32", WINDOWS)])
def test_each_file_is_found_where_the_client_keeps_it(row: Any, platform: Any, table: Any, tmp_path: Path) -> None:
    path = tmp_path / table[row.id]
    assert [each.live for each in row.places(machine(platform, tmp_path))] == [False]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    (found,) = row.places(machine(platform, tmp_path))
    assert (found.path, found.live, found.exists) == (str(path), True, True)


@pytest.mark.parametrize(
    ("client", "variable", "path"),
    [("claude-code", "CLAUDE_CONFIG_DIR", ".claude.json"), ("codex", "CODEX_HOME", "config.toml")],
)
def test_a_folder_that_a_variable_moves_is_followed(client: str, variable: str, path: str, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / path).touch()
    (found,) = CLIENTS[client].places(machine("linux", tmp_path, **{variable: str(moved)}))
    assert found.path == str(moved / path)


def test_the_preview_of_visual_studio_code_and_the_flatpak_of_zed_are_found(tmp_path: Path) -> None:
    for client, folder in (("vscode", ".config/Code - Insiders/User"), ("zed", ".var/app/dev.zed.Zed/config/zed")):
        (tmp_path / folder).mkdir(parents=True)
        (found,) = CLIENTS[client].places(machine("linux", tmp_path))
        assert (found.folder, found.live) == (str(tmp_path / folder), True)


def test_the_other_name_of_opencodes_file_is_taken_where_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / ".config/opencode/opencode.jsonc"
    path.parent.mkdir(parents=True)
    path.touch()
    (found,) = CLIENTS["opencode"].places(machine("linux", tmp_path))
    assert found.path == str(path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
@pytest.mark.parametrize("fresh", [True, False])
def test_connect_and_disconnect_give_back_the_very_bytes(
    row: Any, fresh: bool, tmp_path: Path, installation: Installation, desktop: Any
) -> None:
    path = tmp_path / LINUX[row.id]
    path.parent.mkdir(parents=True, exist_ok=True)
    if not fresh or row.id == "claude-code":
        path.write_text(ORIGINALS[row.dialect])
    before = path.read_bytes() if path.exists() else None
    target = find_target(row, machine=machine("linux", tmp_path))
    done = carry_out(target, installation, Wish("connect", ("filesystem", "git")), desktop)
    assert done.state == "done"
    assert row.reload in done.notes
    assert check(target, installation, desktop).state == "connected"
    ours = {key: value for key, value in written(target).items() if command_of(value) == installation.bridge}
    assert [arguments_of(value)[-1] for value in ours.values()] == ["filesystem", "git"]
    carry_out(target, installation, Wish("disconnect"), desktop)
    assert (path.read_bytes() if path.exists() else None) == before


def written(target: Target) -> dict[str, Any]:
    from app.clients import configfile

    return entries_of(target, configfile.read(target.path))
