"""Granting folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core import folders, settings
from app.core.errors import SettingsError


def test_a_grant_is_written_as_a_person_would(home: str, guard: Path) -> None:
    (guard / "Notes").mkdir()
    folders.grant(home, str(guard / "Notes"), "ask")
    assert 'path = "~/Notes"' in Path(settings.settings_path(home)).read_text()
    assert settings.load(home).folders[0].path == str(guard / "Notes")


def test_granting_again_changes_the_grant_and_keeps_what_was_not_named(home: str, folder: Path) -> None:
    folders.grant(home, str(folder), "read", servers=["git"], reveal=["*.pem"], git=["remote"])
    folders.grant(home, str(folder), "write")
    assert settings.load(home).folders == (
        settings.FolderSetting(str(folder), "write", ("git",), ("*.pem",), ("remote",)),
    )


def test_only_what_git_knows_can_be_turned_on_for_it(home: str, folder: Path) -> None:
    with pytest.raises(SettingsError, match="everything"):
        folders.grant(home, str(folder), "read", git=["everything"])  # type: ignore[list-item]
    assert not settings.load(home).folders


def test_a_grant_through_a_link_names_the_real_folder(home: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert folders.grant(home, str(tmp_path / "link"), "read").path == str(folder)


def test_a_grant_waits_for_its_confirmation(home: str, folder: Path) -> None:
    asked: list[bool] = []
    folders.grant(home, str(folder), "read", confirm=lambda: asked.append(True))
    assert asked == [True]


def test_removing_takes_only_that_grant_and_works_for_a_folder_that_is_gone(home: str, folder: Path) -> None:
    folders.grant(home, str(folder), "read")
    folders.grant(home, str(folder / "notes"), "off")
    (folder / "notes" / "todo.txt").unlink()
    (folder / "notes").rmdir()
    folders.remove(home, str(folder / "notes"))
    assert [found.path for found in settings.load(home).folders] == [str(folder)]


@pytest.mark.parametrize("inner", ["", "backups"])
def test_doorkeep_s_own_home_is_never_granted(home: str, inner: str) -> None:
    path = Path(home) / inner
    path.mkdir(exist_ok=True)
    with pytest.raises(SettingsError, match="belongs to Doorkeep"):
        folders.grant(home, str(path), "read")


def test_only_a_folder_that_exists_is_granted(home: str, folder: Path) -> None:
    with pytest.raises(SettingsError, match="not a folder"):
        folders.grant(home, str(folder / "report.md"), "read")


def test_taking_back_what_was_not_granted_says_so(home: str, folder: Path) -> None:
    with pytest.raises(SettingsError, match="not granted"):
        folders.remove(home, str(folder))


@pytest.mark.parametrize("text", ["", "folders = []\n", "folders = [{ path = '/usr', access = 'read' }]\n"])
def test_a_folder_can_be_granted_whatever_form_the_list_has(home: str, folder: Path, text: str) -> None:
    Path(home, "doorkeep.toml").write_text(text)
    folders.grant(home, str(folder), "ask")
    assert (str(folder), "ask") in [(each.path, each.access) for each in settings.load(home).folders]


def test_after_the_last_folder_was_removed_one_can_be_granted_again(home: str, folder: Path) -> None:
    for _ in range(3):
        folders.grant(home, str(folder), "ask")
        folders.remove(home, str(folder))
    assert settings.load(home).folders == ()
