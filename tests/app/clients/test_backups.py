"""Backups: private, byte for byte, few, and never gone while a disconnect needs them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from app.clients import backups
from app.clients.configfile import Snapshot
from app.clients.holes import Holed, fill
from app.core.errors import ClientConfigError

CLIENT = "claude-desktop"


def snapshot(content: bytes, path: str = "/app/config.json") -> Snapshot:
    return Snapshot(path, path, True, content, 0o644)


def test_a_copy_holds_the_very_bytes(home: str) -> None:
    content = b'\xef\xbb\xbf{"a": "\xff"}\r\n'
    name = backups.keep(home, CLIENT, snapshot(content))
    found, kept = backups.load(home, CLIENT, name)
    assert kept == content
    assert (found.path, found.size, found.mode) == ("/app/config.json", len(content), 0o644)


def test_copies_are_for_their_owner_only(home: str) -> None:
    backups.keep(home, CLIENT, snapshot(b"{}"))
    for folder, _, files in os.walk(Path(home) / "backups"):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        assert all(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) == 0o600 for name in files)


def test_the_same_bytes_are_kept_once(home: str) -> None:
    first = backups.keep(home, CLIENT, snapshot(b"{}"))
    assert backups.keep(home, CLIENT, snapshot(b"{}")) == first
    assert len(backups.list_backups(home, CLIENT)) == 1


def test_the_oldest_copies_go_and_other_files_have_their_own_count(home: str) -> None:
    backups.keep(home, CLIENT, snapshot(b"other", "/other.json"))
    names = [backups.keep(home, CLIENT, snapshot(str(number).encode())) for number in range(backups.KEEP + 5)]
    kept = [each.id for each in backups.list_backups(home, CLIENT) if each.path == "/app/config.json"]
    assert kept == names[:-11:-1]
    assert [each.path for each in backups.list_backups(home, CLIENT)][-1] == "/other.json"
    assert len(os.listdir(Path(home) / "backups" / CLIENT)) == 2 * (backups.KEEP + 1)


def test_a_copy_that_is_still_needed_stays(home: str) -> None:
    needed = backups.keep(home, CLIENT, snapshot(b"first"))
    for number in range(backups.KEEP + 5):
        backups.keep(home, CLIENT, snapshot(str(number).encode()), pinned={needed})
    assert backups.load(home, CLIENT, needed)[1] == b"first"
    assert backups.keep(home, CLIENT, snapshot(b"first"), pinned={needed}) == needed


def test_no_file_needs_no_copy(home: str) -> None:
    assert backups.keep(home, CLIENT, Snapshot("/x", "/x", False)) == ""
    assert backups.list_backups(home, CLIENT) == []


def test_a_damaged_copy_is_not_restored(home: str) -> None:
    name = backups.keep(home, CLIENT, snapshot(b"{}"))
    copy = Path(home) / "backups" / CLIENT / f"{name}.bak"
    copy.write_bytes(b"[]")
    with pytest.raises(ClientConfigError, match="damaged: its bytes have changed"):
        backups.load(home, CLIENT, name)
    copy.unlink()
    with pytest.raises(ClientConfigError, match="damaged: No such file"):
        backups.load(home, CLIENT, name)


@pytest.mark.parametrize("name", ["", "20260101-000000", "../../doorkeep"])
def test_an_unknown_copy_is_said(home: str, name: str) -> None:
    backups.keep(home, CLIENT, snapshot(b"{}"))
    with pytest.raises(ClientConfigError, match="There is no backup"):
        backups.load(home, CLIENT, name)


def test_without_room_for_a_copy_nothing_goes_on(home: str) -> None:
    Path(home, "backups").write_text("in the way")
    with pytest.raises(ClientConfigError, match="could be made"):
        backups.keep(home, CLIENT, snapshot(b"{}"))


def test_strange_files_in_the_folder_are_stepped_over(home: str) -> None:
    name = backups.keep(home, CLIENT, snapshot(b"{}"))
    Path(home, "backups", CLIENT, "x.json").write_text("not a backup")
    assert [each.id for each in backups.list_backups(home, CLIENT)] == [name]


TOKEN = "ghp_0123456789abcdef"


def bytes_below(home: str) -> bytes:
    return b"".join(path.read_bytes() for path in Path(home).rglob("*") if path.is_file())


def test_secrets_that_are_in_the_keychain_stand_in_no_copy(home: str) -> None:
    content = f'{{"a": "{TOKEN}"}}'.encode()
    name = backups.keep(home, CLIENT, snapshot(content), secrets={"github": TOKEN})
    found, kept = backups.load(home, CLIENT, name)
    assert kept == b'{"a": "{secret:github}"}'
    assert fill(Holed(kept, found.holes), {"github": TOKEN}) == content
    assert TOKEN.encode() not in bytes_below(home)


def test_scrubbing_takes_secrets_out_of_older_copies_and_can_be_done_again(home: str) -> None:
    contents = [f'{{"n": {number}, "a": "{TOKEN}", "b": "other-secret-1"}}'.encode() for number in range(3)]
    names = [backups.keep(home, CLIENT, snapshot(content)) for content in contents]
    for _ in range(2):
        backups.scrub(home, CLIENT, {"github": TOKEN})
    backups.scrub(home, CLIENT, {"other": "other-secret-1"})
    assert not any(each in bytes_below(home) for each in (TOKEN.encode(), b"other-secret-1"))
    for name, content in zip(names, contents, strict=True):
        found, kept = backups.load(home, CLIENT, name)
        assert fill(Holed(kept, found.holes), {"github": TOKEN, "other": "other-secret-1"}) == content


def test_what_a_kill_left_of_a_scrubbed_copy_goes_with_the_next(home: str) -> None:
    name = backups.keep(home, CLIENT, snapshot(f'"{TOKEN}"'.encode()))
    backups.scrub(home, CLIENT, {"github": TOKEN})
    left = Path(backups.folder_of(home, CLIENT)) / f"{name}.bak"
    left.write_text(TOKEN)
    backups.scrub(home, CLIENT, {"github": TOKEN})
    assert not left.exists()


def test_a_damaged_copy_is_left_as_it_is_by_scrubbing(home: str) -> None:
    name = backups.keep(home, CLIENT, snapshot(b"{}"))
    (Path(backups.folder_of(home, CLIENT)) / f"{name}.bak").write_bytes(b"changed")
    backups.scrub(home, CLIENT, {"github": TOKEN})
    with pytest.raises(ClientConfigError, match="is damaged"):
        backups.load(home, CLIENT, name)
