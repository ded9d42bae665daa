"""Changes to one granted folder, in a file that a person wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import SettingsError
from app.core.settings import load
from app.ui.folders import changing


def nothing() -> None:
    """No gateway to ask."""


def test_servers_are_named_and_named_no_more(home: str, granted: list[Path]) -> None:
    changing.set_servers(home, str(granted[0]), ["git"], nothing)
    assert load(home).folders[0].servers == ("git",)
    changing.set_servers(home, str(granted[0]), None, nothing)
    assert load(home).folders[0].servers is None


def test_a_file_is_revealed_and_closed_again(home: str, granted: list[Path]) -> None:
    before = (Path(home) / "doorkeep.toml").read_text()
    changing.set_revealed(home, str(granted[0]), "app/.env", True, nothing)
    assert load(home).folders[0].reveal == ("app/.env",)
    changing.set_revealed(home, str(granted[0]), "app/.env", False, nothing)
    assert (Path(home) / "doorkeep.toml").read_text() == before


def test_what_was_taken_out_comes_back_with_its_comments(home: str, granted: list[Path]) -> None:
    before = (Path(home) / "doorkeep.toml").read_text()
    taken = changing.take_out(home, str(granted[1]), nothing)
    assert len(load(home).folders) == 2
    changing.put_back(home, taken, nothing)
    assert (Path(home) / "doorkeep.toml").read_text() == before


def test_the_only_folder_comes_back_too(home: str, settings, folder: Path) -> None:
    settings(f'[[folders]]\npath = "{folder}"\naccess = "ask"\nreveal = [".env"]\n')
    taken = changing.take_out(home, str(folder), nothing)
    assert load(home).folders == ()
    assert changing.put_back(home, taken, nothing).reveal == (".env",)


@pytest.mark.parametrize("more", ["", ", { path = '/usr', access = 'read' }"])
def test_a_list_in_one_line_gets_its_folder_back(home: str, settings, folder: Path, more: str) -> None:
    settings(f"folders = [{{ path = '{folder}', access = 'ask', reveal = ['.env'] }}{more}]\n")
    before = load(home).folders
    taken = changing.take_out(home, str(folder), nothing)
    changing.put_back(home, taken, nothing)
    assert set(load(home).folders) == set(before)


def test_a_folder_that_is_gone_from_the_file_is_said_so(home: str, granted: list[Path]) -> None:
    with pytest.raises(SettingsError, match="no longer granted"):
        changing.set_servers(home, str(granted[0].parent), None, nothing)


def test_what_git_may_do_is_turned_on_and_off_one_by_one(home: str, granted: list[Path]) -> None:
    def git() -> tuple[str, ...]:
        return next(one.git for one in load(home).folders if one.path == str(granted[0]))

    changing.set_git(home, str(granted[0]), "remote", True, lambda: None)
    changing.set_git(home, str(granted[0]), "create", True, lambda: None)
    changing.set_git(home, str(granted[0]), "create", True, lambda: None)
    assert git() == ("remote", "create")
    changing.set_git(home, str(granted[0]), "remote", False, lambda: None)
    assert git() == ("create",)
    changing.set_git(home, str(granted[0]), "create", False, lambda: None)
    assert git() == ()
    assert "git" not in (Path(home) / "doorkeep.toml").read_text()
