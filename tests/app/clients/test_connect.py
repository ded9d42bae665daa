"""Carrying changes out: the app's file, our record, the backup, and an app that may run, quit and start."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from app.clients import backups, configfile, ownership, pending
from app.clients.changes import Wish
from app.clients.connect import (
    AppRunningError,
    carry_out,
    carry_out_when_closed,
    preview,
)
from app.clients.targets import Installation, Target, find_client, find_target
from app.core.errors import ClientConfigError
from app.desktop.apps import Running
from tests.app.clients.conftest import StillDesktop

CONNECT = Wish("connect", ("filesystem",))
DISCONNECT = Wish("disconnect")
CLIENT = "claude-desktop"
RUNNING = Running(4711)

Document = dict[str, Any]


def servers(config: Path) -> Document:
    return json.loads(config.read_text())["mcpServers"]


def test_connecting_writes_the_entry_and_nothing_more(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    before = json.loads(config.read_text())
    done = carry_out(target, installation, CONNECT, desktop)
    assert (done.state, done.entries) == ("done", {"filesystem": "filesystem"})
    after = json.loads(config.read_text())
    assert after["mcpServers"].pop("filesystem") == installation.entry("filesystem")
    assert after == before


def test_connecting_twice_writes_once(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    carry_out(target, installation, CONNECT, desktop)
    inode = config.stat().st_ino
    assert carry_out(target, installation, CONNECT, desktop).state == "already"
    assert config.stat().st_ino == inode
    assert len(backups.list_backups(installation.home, CLIENT)) == 1


ORIGINALS = [
    b"{}",
    b"{ }\n",
    b'{\r\n\t"mcpServers" : { }\r\n}\r\n\r\n',
    b"\xef\xbb\xbf" + b'{"mcpServers":{"a":{"command":"b"}}}',
    b'{"preferences":{"x":1.10,"y":1e400,"z":"\\u00e9\xc3\xa9"}}',
]


@pytest.mark.parametrize("original", ORIGINALS)
def test_disconnecting_brings_the_very_bytes_back(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop, original: bytes
) -> None:
    config.write_bytes(original)
    config.chmod(0o640)
    carry_out(target, installation, CONNECT, desktop)
    assert config.read_bytes() != original
    done = carry_out(target, installation, DISCONNECT, desktop)
    assert (done.state, done.gone) == ("done", ("filesystem",))
    assert config.read_bytes() == original
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert ownership.load(installation.home, CLIENT).places == {}


@pytest.mark.parametrize("original", [b"{}", b"{ }\n", b'{\n  "theme": "dark"\n}\n', b'{"mcpServers": {}}'])
def test_disconnecting_several_servers_leaves_what_others_wrote_meanwhile(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop, original: bytes
) -> None:
    config.write_bytes(original)
    carry_out(target, installation, Wish("connect", ("filesystem", "git", "notes")), desktop)
    config.write_bytes(config.read_bytes() + b"\n")
    carry_out(target, installation, DISCONNECT, desktop)
    assert config.read_bytes() == original + b"\n"


def test_a_server_that_is_off_but_was_connected_is_brought_up_to_date_too(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    carry_out(target, installation, CONNECT, desktop)
    Path(installation.home, "doorkeep.toml").write_text("[servers.filesystem]\nenabled = false\n")
    carry_out(target, installation, Wish("connect"), desktop)
    assert "filesystem" in servers(config)


def test_a_file_that_was_not_there_goes_again(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    config.unlink()
    carry_out(target, installation, CONNECT, desktop)
    assert servers(config) == {"filesystem": installation.entry("filesystem")}
    carry_out(target, installation, DISCONNECT, desktop)
    assert not config.exists()


def test_after_a_change_of_the_users_only_our_entry_goes(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_text()
    carry_out(target, installation, CONNECT, desktop)
    config.write_text(config.read_text().replace("Ctrl+Space", "Alt+Space"))
    carry_out(target, installation, DISCONNECT, desktop)
    assert config.read_text() == original.replace("Ctrl+Space", "Alt+Space")


def test_after_the_app_rewrote_the_file_only_our_entry_goes(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    before = json.loads(config.read_text())
    carry_out(target, installation, CONNECT, desktop)
    config.write_text(json.dumps({**json.loads(config.read_text()), "preferences": {}}, indent=2))
    carry_out(target, installation, DISCONNECT, desktop)
    assert json.loads(config.read_text()) == {**before, "preferences": {}}


def test_a_second_connect_after_a_loss_never_brings_an_old_entry_back(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    carry_out(target, installation, CONNECT, desktop)
    config.write_text(config.read_text().replace('"filesystem"\n', '"filesystem", "x"\n'))
    carry_out(target, installation, CONNECT, desktop)
    carry_out(target, installation, DISCONNECT, desktop)
    assert "filesystem" not in servers(config)


def test_a_backup_is_made_before_each_change(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_bytes()
    done = carry_out(target, installation, CONNECT, desktop)
    assert backups.load(installation.home, CLIENT, done.backup)[1] == original


def test_without_a_backup_nothing_is_written(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_bytes()
    Path(installation.home, "backups").write_text("in the way")
    with pytest.raises(ClientConfigError, match="No backup"):
        carry_out(target, installation, CONNECT, desktop)
    assert config.read_bytes() == original


def test_restoring_brings_a_backup_back_and_keeps_what_stood_there(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_bytes()
    done = carry_out(target, installation, CONNECT, desktop)
    connected = config.read_bytes()
    back = carry_out(target, installation, Wish("restore", backup=done.backup), desktop)
    assert config.read_bytes() == original
    assert backups.load(installation.home, CLIENT, back.backup)[1] == connected
    carry_out(target, installation, Wish("restore", backup=back.backup), desktop)
    assert config.read_bytes() == connected
    carry_out(target, installation, DISCONNECT, desktop)
    assert "filesystem" not in servers(config)


def test_a_backup_of_another_file_is_not_restored_here(
    target: Target, tmp_path: Path, installation: Installation, desktop: StillDesktop
) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    done = carry_out(find_target(find_client(CLIENT), str(other)), installation, CONNECT, desktop)
    with pytest.raises(ClientConfigError, match="was taken from"):
        carry_out(target, installation, Wish("restore", backup=done.backup), desktop)


def test_our_writes_are_recorded(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    before = configfile.read(str(config)).digest
    carry_out(target, installation, CONNECT, desktop)
    between = configfile.read(str(config)).digest
    carry_out(target, installation, DISCONNECT, desktop)
    writes = ownership.load(installation.home, CLIENT).writes
    assert [(each.what, each.before, each.after) for each in writes] == [
        ("connect", before, between),
        ("disconnect", between, before),
    ]


def test_a_link_is_followed_and_stays(
    target: Target, config: Path, tmp_path: Path, installation: Installation, desktop: StillDesktop
) -> None:
    real = tmp_path / "dotfiles.json"
    config.rename(real)
    config.symlink_to(real)
    carry_out(target, installation, CONNECT, desktop)
    assert config.is_symlink()
    assert "filesystem" in servers(real)


def test_a_dry_run_shows_and_writes_nothing(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_bytes()
    desktop.runs = RUNNING
    shown = preview(target, installation, CONNECT)
    assert shown.state == "planned"
    assert f'+      "command": "{installation.bridge}"' in shown.diff
    assert "hunter2" not in shown.diff
    assert config.read_bytes() == original
    assert os.listdir(installation.home) == []


def test_while_the_app_runs_nothing_is_written_and_the_choices_are_said(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_bytes()
    desktop.runs = RUNNING
    with pytest.raises(AppRunningError, match=r"--quit.*--when-closed"):
        carry_out(target, installation, CONNECT, desktop)
    assert config.read_bytes() == original
    assert backups.list_backups(installation.home, CLIENT) == []


def test_an_app_that_starts_while_we_write_is_spoken_of(
    target: Target, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.at_look[2] = lambda: setattr(desktop, "runs", RUNNING)
    assert "started in this very moment" in carry_out(target, installation, CONNECT, desktop).notes[-1]


def rewriting(config: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes the file each time between our reading and our exchange."""
    real = configfile.displace

    def displace(new: str, aim: str) -> str | None:
        if texts and b"doorkeep-bridge" in Path(new).read_bytes():
            config.write_text(texts.pop(0))
        return real(new, aim)

    monkeypatch.setattr(configfile, "displace", displace)


def test_a_file_that_changes_under_our_hands_is_read_again(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewriting(config, ['{"theirs": 1}', '{"theirs": 2}'], monkeypatch)
    carry_out(target, installation, CONNECT, desktop)
    after = json.loads(config.read_text())
    assert after["theirs"] == 2
    assert "filesystem" in after["mcpServers"]


def test_a_file_that_never_rests_is_given_up_with_its_last_text(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewriting(config, [f'{{"theirs": {number}}}' for number in range(5)], monkeypatch)
    with pytest.raises(ClientConfigError, match="changed by another program"):
        carry_out(target, installation, CONNECT, desktop)
    assert json.loads(config.read_text()) == {"theirs": 4}


def test_a_wish_waits_for_a_running_app(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_bytes()
    desktop.runs = RUNNING
    assert carry_out_when_closed(target, installation, CONNECT, desktop).state == "waiting"
    assert config.read_bytes() == original
    assert [each.wish for each in pending.waiting(installation.home)] == [CONNECT]


def test_a_wish_for_a_closed_app_is_done_at_once(
    target: Target, installation: Installation, desktop: StillDesktop
) -> None:
    assert carry_out_when_closed(target, installation, CONNECT, desktop).state == "done"
    assert pending.waiting(installation.home) == []


def test_an_app_that_starts_in_between_makes_the_wish_wait(
    target: Target, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.at_look[2] = lambda: setattr(desktop, "runs", RUNNING)
    assert carry_out_when_closed(target, installation, CONNECT, desktop).state == "waiting"
    assert len(pending.waiting(installation.home)) == 1


def test_doing_something_else_drops_what_waited(
    target: Target, installation: Installation, desktop: StillDesktop
) -> None:
    desktop.runs = RUNNING
    carry_out_when_closed(target, installation, CONNECT, desktop)
    assert carry_out(target, installation, DISCONNECT, desktop).state == "already"
    assert pending.waiting(installation.home) == []


def test_a_damaged_list_of_waiting_changes_is_said_before_anything_is_written(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = config.read_bytes()
    pending.add(installation.home, target, CONNECT)
    Path(installation.home, "clients", "pending.json").write_text("[{")
    with pytest.raises(ClientConfigError, match="waiting changes"):
        carry_out(target, installation, CONNECT, desktop)
    assert config.read_bytes() == original


def test_ten_megabytes_are_changed_like_ten_bytes(
    target: Target, config: Path, installation: Installation, desktop: StillDesktop
) -> None:
    original = json.dumps(
        {"blob": "é" * 5_000_000, "list": list(range(40_000)), "mcpServers": {}}, ensure_ascii=False
    ).encode()
    assert len(original) > 10_000_000
    config.write_bytes(original)
    carry_out(target, installation, CONNECT, desktop)
    assert servers(config) == {"filesystem": installation.entry("filesystem")}
    carry_out(target, installation, DISCONNECT, desktop)
    assert config.read_bytes() == original
