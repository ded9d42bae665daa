"""Which file is meant, and what is written into it."""

from __future__ import annotations

import os
import posixpath
import sys
from pathlib import Path

import pytest

from app.bridge.home import default_home
from app.clients import ownership
from app.clients.locations import Disk, Machine
from app.clients.ownership import Place, Record, Written
from app.clients.targets import (
    Installation,
    bridge_path,
    find_client,
    find_target,
    find_targets,
    this_installation,
    written_targets,
)
from app.core.errors import ClientConfigError

CLAUDE = find_client("claude-desktop")


def windows(root: Path) -> Machine:
    """A Windows of POSIX paths, so that a real disk can stand for it."""
    machine = Machine("win32", {"APPDATA": str(root / "R"), "LOCALAPPDATA": str(root / "L")}, str(root), Disk())
    vars(machine)["path"] = posixpath
    return machine


def test_the_usual_file_is_meant_where_none_is_named(config: Path) -> None:
    found = find_target(CLAUDE)
    assert (found.path, found.folder, found.usual) == (str(config), str(config.parent), True)


def test_a_named_file_is_meant(config: Path, tmp_path: Path) -> None:
    found = find_target(CLAUDE, str(tmp_path / "other.json"))
    assert (found.path, found.folder, found.usual) == (str(tmp_path / "other.json"), str(tmp_path), False)
    assert find_target(CLAUDE, "~/.config/Claude/claude_desktop_config.json").usual


def test_a_link_to_the_usual_file_is_the_usual_file(config: Path, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(config)
    assert find_target(CLAUDE, str(tmp_path / "link.json")).usual


def test_a_client_that_is_not_installed_is_said_with_the_place_looked_at() -> None:
    with pytest.raises(ClientConfigError, match="was not found on this computer") as caught:
        find_target(CLAUDE)
    assert "claude_desktop_config.json" in caught.value.detail
    assert find_targets(CLAUDE) == []


def test_two_live_files_are_never_chosen_from(tmp_path: Path) -> None:
    for name in ("Claude_one", "Claude_two"):
        (tmp_path / "L" / "Packages" / name / "LocalCache" / "Roaming" / "Claude").mkdir(parents=True)
    machine = windows(tmp_path)
    with pytest.raises(ClientConfigError, match="more than one file") as caught:
        find_target(CLAUDE, machine=machine)
    assert "--config-file" in caught.value.fix
    assert len(find_targets(CLAUDE, machine)) == 2


def test_an_unknown_client_is_said_with_the_known_ones() -> None:
    with pytest.raises(ClientConfigError, match="claude-desktop, claude-desktop-3p"):
        find_client("emacs")


def test_the_entry_is_command_and_name_and_nothing_more(bridge: Path) -> None:
    entry = Installation(default_home(), str(bridge)).entry("filesystem")
    assert entry == {"command": str(bridge), "args": ["filesystem"]}


def test_another_home_is_named_in_the_entry(installation: Installation, bridge: Path) -> None:
    assert installation.entry("filesystem") == {
        "command": str(bridge),
        "args": ["--home", installation.home, "filesystem"],
    }


def test_the_bridge_lies_beside_the_interpreter(home: str) -> None:
    assert os.path.dirname(bridge_path()) == os.path.dirname(sys.executable)
    assert this_installation(home).bridge == bridge_path()


def test_a_bridge_that_is_not_there_is_not_written_down(home: str, tmp_path: Path) -> None:
    with pytest.raises(ClientConfigError, match="is not there"):
        this_installation(home, str(tmp_path / "doorkeep-bridge"))


def test_a_path_that_is_not_utf8_is_not_written_down(home: str, tmp_path: Path) -> None:
    strange = os.path.join(os.fsencode(tmp_path), b"\xff-bridge")
    with open(strange, "wb"):
        pass
    with pytest.raises(ClientConfigError, match="is not UTF-8"):
        this_installation(home, os.fsdecode(strange))


def test_files_that_we_wrote_into_are_known(home: str) -> None:
    written = Written("filesystem", {})
    there = Place({"filesystem": written}, path="/a/c.json", folder="/a", usual=True)
    ownership.save(home, "claude-desktop", Record({"/real/c.json": there, "/b": Place(path="/b")}))
    assert [(each.path, each.folder, each.usual) for each in written_targets(CLAUDE, home)] == [
        ("/a/c.json", "/a", True)
    ]
