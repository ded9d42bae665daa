"""Which servers a client is given when it is connected."""

from __future__ import annotations

from pathlib import Path

from app.clients.serving import served, shipped


def settings(home: Path, text: str) -> str:
    (home / "doorkeep.toml").write_text(text)
    return str(home)


def test_every_server_that_ships_is_given_where_nothing_was_said(tmp_path: Path) -> None:
    assert served(str(tmp_path)) == shipped()


def test_a_server_that_is_off_is_not_given(tmp_path: Path) -> None:
    assert "filesystem" not in served(settings(tmp_path, "[servers.filesystem]\nenabled = false\n"))


def test_the_users_own_servers_come_after_those_that_ship(tmp_path: Path) -> None:
    home = settings(tmp_path, '[servers.zeit]\ncommand = "z"\n[servers.alt]\ncommand = "a"\nenabled = false\n')
    assert served(home) == (*shipped(), "zeit")


def test_settings_that_cannot_be_read_turn_nothing_off(tmp_path: Path) -> None:
    assert served(settings(tmp_path, "[servers")) == shipped()


def test_what_ships_is_what_lies_in_the_folder_of_built_in_lists(tmp_path: Path) -> None:
    for name in ("notes.json", "git.json", "read.me"):
        (tmp_path / name).touch()
    assert shipped(str(tmp_path)) == ("git", "notes")
