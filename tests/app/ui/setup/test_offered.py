"""What the first run offers, and that a switch is in force when it returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import SettingsError
from app.core.folders import grant
from app.core.settings import load
from app.ui.setup import offered


def test_only_folders_that_exist_are_suggested(home: str, account: Path) -> None:
    found, more = offered.offered_folders(home)
    assert [Path(folder.path).name for folder in found] == ["Documents", "Downloads", "Projects"]
    assert {folder.access for folder in found} == {None}
    assert more == 0


def test_what_is_granted_comes_first_and_is_not_suggested_again(home: str, account: Path) -> None:
    grant(home, str(account / "Projects"), "write")
    found, _ = offered.offered_folders(home)
    assert [(Path(folder.path).name, folder.access) for folder in found][:1] == [("Projects", "write")]
    assert len(found) == 3


def test_one_folder_under_two_names_is_suggested_once(account: Path) -> None:
    (account / "projects").symlink_to(account / "Projects")
    assert [Path(path).name for path in offered.suggestions()] == ["Documents", "Downloads", "Projects"]


def test_ten_thousand_folders_are_not_all_shown(home: str, account: Path) -> None:
    tables = "".join(f'[[folders]]\npath = "/data/{number}"\naccess = "read"\n' for number in range(10_000))
    Path(home, "doorkeep.toml").write_text(tables)
    found, more = offered.offered_folders(home)
    assert len(found) == offered.MOST_FOLDERS + 3
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
