"""What the first run offers, and that a switch is in force when it returns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.errors import SettingsError
from app.core.folders import grant
from app.core.settings import load
from app.ui.setup import offered


def test_folders_that_exist_are_suggested_and_one_for_notes_that_does_not(home: str, account: Path) -> None:
    found, more = offered.offered_folders(home)
    assert [(Path(folder.path).name, folder.new) for folder in found] == [
        ("Documents", False),
        ("Downloads", False),
        ("Projects", False),
        ("Notes", True),
    ]
    assert {folder.access for folder in found} == {None}
    assert more == 0
    assert not (account / "Documents/Notes").exists()


def test_the_folder_for_notes_is_made_only_when_it_is_chosen(home: str, account: Path) -> None:
    notes = account / "Documents/Notes"
    assert offered.set_folder(home, str(notes), "ask").access == "ask"
    assert notes.is_dir()
    assert [folder.path for folder in load(home).folders] == [str(notes)]
    (notes / "mine.md").write_text("x")
    offered.set_folder(home, str(notes), None)
    assert (notes / "mine.md").exists()
    found, _ = offered.offered_folders(home)
    assert (str(notes), None, False) in [tuple(folder) for folder in found]


def test_a_folder_that_could_not_be_granted_is_not_left_behind(home: str, account: Path) -> None:
    Path(home, "doorkeep.toml").write_text("broken [")
    with pytest.raises(SettingsError):
        offered.set_folder(home, str(account / "Documents/Notes"), "ask")
    assert not (account / "Documents/Notes").exists()


def test_vaults_that_obsidian_knows_are_offered_instead(home: str, account: Path) -> None:
    vault = account / "My vault"
    vault.mkdir()
    known = account / ".config/obsidian/obsidian.json"
    known.parent.mkdir(parents=True)
    known.write_text(json.dumps({"vaults": {"1": {"path": str(vault), "ts": 1}}}))
    found, _ = offered.offered_folders(home)
    assert [Path(folder.path).name for folder in found] == ["Documents", "Downloads", "Projects", "My vault"]


def test_what_is_granted_comes_first_and_is_not_suggested_again(home: str, account: Path) -> None:
    grant(home, str(account / "Projects"), "write")
    found, _ = offered.offered_folders(home)
    assert [(Path(folder.path).name, folder.access) for folder in found][:1] == [("Projects", "write")]
    assert len(found) == 4


def test_one_folder_under_two_names_is_suggested_once(account: Path) -> None:
    (account / "projects").symlink_to(account / "Projects")
    assert [Path(path).name for path in offered.suggestions()] == ["Documents", "Downloads", "Projects"]


def test_ten_thousand_folders_are_not_all_shown(home: str, account: Path) -> None:
    tables = "".join(f'[[folders]]\npath = "/data/{number}"\naccess = "read"\n' for number in range(10_000))
    Path(home, "doorkeep.toml").write_text(tables)
    found, more = offered.offered_folders(home)
    assert len(found) == offered.MOST_FOLDERS + 4
    assert more == 10_000 - offered.MOST_FOLDERS


def test_a_folder_is_granted_changed_and_taken_back(home: str, account: Path) -> None:
    path = str(account / "Documents")
    assert offered.set_folder(home, path, "ask").access == "ask"
    assert offered.set_folder(home, path, "read").access == "read"
    assert offered.set_folder(home, path, None).access is None
    assert load(home).folders == ()


def test_what_is_no_folder_is_refused(home: str, account: Path) -> None:
    with pytest.raises(SettingsError, match="is not a folder"):
        offered.set_folder(home, str(account / "nothing"), "read")


def test_the_servers_that_ship_are_offered_and_switched(home: str) -> None:
    Path(home, "doorkeep.toml").write_text("# mine\n[servers.filesystem.tools]\ntrash = 'off'\n")
    (files,) = [server for server in offered.offered_servers(home) if server.name == "filesystem"]
    assert (files.title, files.tools, files.enabled) == ("Files", 9, True)
    offered.set_server(home, "filesystem", enabled=False)
    setting = load(home).servers["filesystem"]
    assert (setting.enabled, setting.tools) == (False, {"trash": "off"})
    assert Path(home, "doorkeep.toml").read_text().startswith("# mine")
    offered.set_server(home, "filesystem", enabled=True)
    assert load(home).servers["filesystem"].enabled


def test_a_server_without_a_table_gets_one(home: str) -> None:
    offered.set_server(home, "filesystem", enabled=False)
    assert not load(home).servers["filesystem"].enabled
