"""From the settings to a server's table, and what no grant reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.settings import FolderSetting, ServerSetting, Settings
from app.gateway.policy import ServerView, program_files, protected_rows, view_of
from servers.runtime import wire


def view(*folders: FolderSetting, server: str = "filesystem", home: str = "/h") -> ServerView:
    return view_of(Settings(folders=folders), server, 3, (wire.Folder(home, "off", protected=True),))


def test_a_server_gets_the_folders_granted_to_all_and_to_it() -> None:
    folders = (
        FolderSetting("/a", "read"),
        FolderSetting("/b", "write", ("git",)),
        FolderSetting("/c", "ask", ("filesystem",)),
    )
    paths = {folder.path for folder in view(*folders).policy.folders if not folder.protected}
    assert paths == {"/a", "/c"}


def test_the_table_carries_the_generation_and_what_is_revealed() -> None:
    found = view(FolderSetting("/a", "read", reveal=(".env",), git=("hooks",)))
    assert found.policy.generation == 3
    assert found.policy.folders[0].reveal == (".env",)
    assert found.policy.folders[0].git == ("hooks",)


def test_only_git_hears_which_secret_opens_which_host() -> None:
    setting = ServerSetting(tokens={"forge.example": "secret:forge"})
    settings = Settings(servers={"git": setting, "notes": setting})
    assert view_of(settings, "git", 1, ()).policy.tokens == {"forge.example": "forge"}
    assert view_of(settings, "notes", 1, ()).policy.tokens == {}


@pytest.mark.parametrize(
    ("folders", "sole"),
    [
        ((), ""),
        ((FolderSetting("/a", "read"),), "/a"),
        ((FolderSetting("/a", "read"), FolderSetting("/b", "off")), "/a"),
        ((FolderSetting("/a", "read"), FolderSetting("/b", "read")), ""),
    ],
)
def test_relative_paths_belong_to_the_only_open_folder(folders: tuple[FolderSetting, ...], sole: str) -> None:
    assert view(*folders).sole_folder == sole


def test_a_server_without_an_entry_is_on_and_has_no_rules() -> None:
    found = view()
    assert found.enabled
    assert found.rules == {}
    settings = Settings(servers={"filesystem": ServerSetting(enabled=False, tools={"t": "off"})})
    off = view_of(settings, "filesystem", 1, ())
    assert not off.enabled
    assert off.rules == {"t": "off"}


def test_no_grant_reaches_doorkeeps_home_or_programs(home: str) -> None:
    rows = protected_rows(home)
    grants = wire.Grants((wire.Folder("/", "write"), *rows))
    assert grants.access(f"{home}/doorkeep.toml") == "off"
    assert all(grants.access(f"{path}/x.py") == "off" for path in program_files())


def test_no_grant_reaches_clients_configurations_and_shell_start_files_stay_read_only(home: str, guard: Path) -> None:
    grants = wire.Grants((wire.Folder(str(guard), "write"), *protected_rows(home)))
    assert grants.access(f"{guard}/.claude.json") == "off"
    assert grants.access(f"{guard}/.bashrc") == "read"
    assert grants.access(f"{guard}/Documents/x") == "write"


def test_a_home_behind_a_link_is_protected_under_both_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    rows = {row.path for row in protected_rows(str(tmp_path / "link"))}
    assert {str(tmp_path / "link"), str((tmp_path / "real").resolve())} <= rows


def test_the_quick_table_says_what_the_plain_one_says() -> None:
    folders = (wire.Folder("/a", "write"), wire.Folder("/a/b", "off"), wire.Folder("/p", "read", protected=True))
    quick = view_of(Settings(folders=(FolderSetting("/a", "write"), FolderSetting("/a/b", "off"))), "x", 1, folders[2:])
    plain = wire.Grants(folders)
    for path in ("/a", "/a/x", "/a/b/c", "/p/q", "/", "/z", "/ab") * 2:
        assert quick.grants.covering(path) == plain.covering(path)


def test_the_quick_tables_memory_is_bounded() -> None:
    grants = view(FolderSetting("/a", "read")).grants
    for n in range(5000):
        grants.covering(f"/a/{n}")
    assert len(vars(grants)["_known"]) <= 1024
