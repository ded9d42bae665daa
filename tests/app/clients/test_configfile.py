"""Reading and replacing a client's file: whole or not at all, and never over a change that was not seen."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.clients import configfile
from app.clients.configfile import ChangedMeanwhileError, digest, read, remove, replace, text_of
from app.core.errors import ClientConfigError

if sys.platform == "win32":
    pytest.skip("judges permissions, links and pipes as POSIX has them", allow_module_level=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "app" / "config.json"
    path.parent.mkdir()
    path.write_bytes(b'{"a": 1}\r\n')
    return path


def left_beside(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir() if each.name != path.name)


def test_a_file_is_replaced_whole(file: Path) -> None:
    after = replace(read(str(file)), b"new")
    assert file.read_bytes() == after.content == b"new"
    assert left_beside(file) == []


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o700])
def test_permissions_stay_as_they_are(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace(read(str(file)), b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_new_file_is_for_its_owner_only(file: Path) -> None:
    new = file.with_name("other.json")
    replace(read(str(new)), b"{}")
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert new.stat().st_nlink == 1


def test_a_link_stays_and_its_file_is_replaced(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(file)
    snapshot = read(str(link))
    assert (snapshot.path, snapshot.real) == (str(link), str(file.resolve()))
    replace(snapshot, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_a_link_to_nothing_yet_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "real.json")
    snapshot = read(str(link))
    assert not snapshot.exists
    replace(snapshot, b"{}")
    assert link.is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"{}"


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    if sys.platform != "win32":
        os.mkfifo(path)


def make_device_link(path: Path) -> None:
    path.symlink_to("/dev/null")


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(configfile.MAX_BYTES + 1)


@pytest.mark.parametrize("make", [make_folder, make_pipe, make_device_link, make_loop, make_huge])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "config.json"
    make(path)
    with pytest.raises(ClientConfigError, match="Nothing was written"):
        read(str(path))


def test_a_read_only_file_is_refused_although_its_folder_would_allow_it(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(ClientConfigError, match="is read-only"):
        replace(read(str(file)), b"new")
    assert file.read_bytes() == b'{"a": 1}\r\n'


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_said(file: Path) -> None:
    snapshot = read(str(file))
    file.parent.chmod(0o555)
    try:
        with pytest.raises(ClientConfigError, match="could not be written: Permission denied"):
            replace(snapshot, b"new")
    finally:
        file.parent.chmod(0o755)
    assert left_beside(file) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_said(file: Path) -> None:
    file.chmod(0o000)
    with pytest.raises(ClientConfigError, match="cannot be read"):
        read(str(file))


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ClientConfigError, match="its folder does not exist"):
        replace(read(str(tmp_path / "none" / "config.json")), b"{}")


def test_another_users_file_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = read(str(file))
    monkeypatch.setattr(os, "geteuid", lambda: snapshot.owner + 1)
    with pytest.raises(ClientConfigError, match="belongs to another user"):
        replace(snapshot, b"new")


def test_a_file_that_changed_since_it_was_read_stands(file: Path) -> None:
    snapshot = read(str(file))
    file.write_bytes(b"theirs")
    with pytest.raises(ChangedMeanwhileError, match="changed by another program"):
        replace(snapshot, b"ours")
    assert file.read_bytes() == b"theirs"
    assert left_beside(file) == []


def test_a_file_that_appeared_since_stands(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    snapshot = read(str(path))
    path.write_bytes(b"theirs")
    with pytest.raises(ChangedMeanwhileError):
        replace(snapshot, b"ours")
    assert path.read_bytes() == b"theirs"


def test_a_file_that_went_away_stays_away(file: Path) -> None:
    snapshot = read(str(file))
    file.unlink()
    with pytest.raises(ChangedMeanwhileError):
        replace(snapshot, b"ours")
    assert not file.exists()
    assert left_beside(file) == []


def writes_between(file: Path, texts: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before each exchange of ours, the app puts one of its own texts there, by a new file and a rename."""
    real = configfile.displace

    def displace(new: str, target: str) -> str | None:
        if texts:
            other = file.with_name("app.tmp")
            other.write_bytes(texts.pop(0))
            os.rename(other, target)
        return real(new, target)

    monkeypatch.setattr(configfile, "displace", displace)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_newest_text_of_the_app_wins_however_often_it_writes(
    file: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    texts = [f"theirs {index}".encode() for index in range(count)]
    newest = texts[-1]
    snapshot = read(str(file))
    writes_between(file, texts, monkeypatch)
    with pytest.raises(ChangedMeanwhileError):
        replace(snapshot, b"ours")
    assert texts == []
    assert file.read_bytes() == newest
    assert left_beside(file) == []


def test_an_app_that_never_stops_writing_loses_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = read(str(file))
    writes_between(file, [f"theirs {index}".encode() for index in range(100)], monkeypatch)
    with pytest.raises(ClientConfigError, match="rewritten all the time"):
        replace(snapshot, b"ours")
    assert file.read_bytes().startswith(b"theirs")
    assert [name for name in left_beside(file) if not name.endswith(".kept-by-doorkeep")] == []


def test_without_an_exchange_the_text_is_compared_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configfile, "displace", lambda new, target: None)
    snapshot = read(str(file))
    assert replace(snapshot, b"ours").content == b"ours"
    with pytest.raises(ChangedMeanwhileError):
        replace(snapshot, b"ours again")
    assert file.read_bytes() == b"ours"


def test_readers_see_the_old_text_or_the_new_one(file: Path) -> None:
    old, new = b"o" * 200_000, b"n" * 200_000
    file.write_bytes(old)
    seen: set[bytes] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen.add(file.read_bytes())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(20):
            replace(read(str(file)), new)
            replace(read(str(file)), old)
    finally:
        stop.set()
        thread.join(20)
    assert seen <= {old, new}


def test_a_file_is_removed_only_as_it_was_seen(file: Path) -> None:
    snapshot = read(str(file))
    file.write_bytes(b"theirs")
    with pytest.raises(ChangedMeanwhileError):
        remove(snapshot)
    assert file.read_bytes() == b"theirs"
    remove(read(str(file)))
    assert not file.exists()
    with pytest.raises(ChangedMeanwhileError):
        remove(snapshot)
    assert left_beside(file) == []


def test_a_full_disk_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    snapshot = read(str(file))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ClientConfigError, match="No space left on device"):
        replace(snapshot, b"new")
    assert file.read_bytes() == b'{"a": 1}\r\n'
    assert left_beside(file) == []


@pytest.mark.parametrize(
    ("content", "mark", "text"),
    [(b"{}", "", "{}"), (b"\xef\xbb\xbf{}\r\n", "\ufeff", "{}\r\n"), ("é\U0001f600".encode(), "", "é\U0001f600")],
)
def test_text_is_utf8_with_its_mark_told_apart(file: Path, content: bytes, mark: str, text: str) -> None:
    file.write_bytes(content)
    assert text_of(read(str(file))) == (mark, text)


@pytest.mark.parametrize(
    ("content", "words"),
    [("{}".encode("utf-16"), "UTF-16"), (b'{"a": "\xe9"}', r"not UTF-8 \(byte 7\)"), (b"\xed\xa0\x80", "not UTF-8")],
)
def test_other_encodings_are_refused(file: Path, content: bytes, words: str) -> None:
    file.write_bytes(content)
    with pytest.raises(ClientConfigError, match=words):
        text_of(read(str(file)))


def test_a_missing_file_has_no_digest(file: Path) -> None:
    assert read(str(file)).digest == digest(b'{"a": 1}\r\n')
    assert read(str(file.with_name("none"))).digest == ""
