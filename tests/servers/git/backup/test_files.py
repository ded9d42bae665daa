"""Files of a worktree are looked at and put back byte for byte, and never through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.git.backup import files
from servers.git.backup.files import FileState, look, put, put_back, remove, strangers
from servers.git.backup.objects import name_of
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import ConflictError


@pytest.fixture
def tree(top: Path) -> Path:
    (top / "d").mkdir()
    (top / "d/f").write_bytes(b"x\r\n")
    (top / "d/run").write_bytes(b"#!")
    (top / "d/run").chmod(0o750)
    (top / "l").symlink_to("nowhere")
    os.mkfifo(top / "p")
    return top


@pytest.mark.parametrize(
    ("path", "kind", "content"),
    [(b"d/f", "file", b"x\r\n"), (b"l", "link", b"nowhere"), (b"d", "folder", None), (b"p", "other", None)],
)
def test_what_lies_there_is_told_with_its_content(
    call: Call, tree: Path, path: bytes, kind: str, content: bytes
) -> None:
    state, found = look(call.folders, str(tree), path, "sha1")
    assert (state.kind, found) == (kind, content)
    assert state.name == ("" if content is None else name_of("sha1", "blob", content))
    assert state.raw() == path


@pytest.mark.parametrize("path", [b"none", b"no/ne", b"d/f/below", b"l/below", b"linked/f"])
def test_beyond_files_and_links_there_is_nothing(call: Call, tree: Path, path: bytes) -> None:
    (tree / "linked").symlink_to("d")
    state, content = look(call.folders, str(tree), path, "sha1")
    assert (state.kind, content) == ("", None)


def test_a_large_file_is_named_but_not_taken_into_memory(
    call: Call, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_KEPT", 2)
    state, content = look(call.folders, str(tree), b"d/f", "sha1")
    assert state.large
    assert content is None


def test_a_settled_file_is_read_once_and_one_that_changed_anew(
    call: Call, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_SETTLED_NS", -1_000_000_000)
    read: list[int] = []
    plain = files._whole
    monkeypatch.setattr(files, "_whole", lambda fd: (read.append(fd), plain(fd))[1])
    for _ in range(2):
        look(call.folders, str(tree), b"d/f", "sha1", lambda _: False)
    assert len(read) == 1
    _, content = look(call.folders, str(tree), b"d/f", "sha1")
    assert content == b"x\r\n"
    (tree / "d/f").write_bytes(b"other")
    state, _ = look(call.folders, str(tree), b"d/f", "sha1", lambda _: False)
    assert state.name == name_of("sha1", "blob", b"other")


def test_a_file_that_changed_just_now_is_read_each_time(
    call: Call, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_SETTLED_NS", 3_600_000_000_000)
    look(call.folders, str(tree), b"d/f", "sha1")
    found = (tree / "d/f").stat()
    (tree / "d/f").write_bytes(b"y\r\n")
    os.utime(tree / "d/f", ns=(found.st_atime_ns, found.st_mtime_ns))
    state, _ = look(call.folders, str(tree), b"d/f", "sha1", lambda _: False)
    assert state.name == name_of("sha1", "blob", b"y\r\n")


def test_git_s_likeness_is_content_kind_and_the_executable_bit() -> None:
    one = FileState("f", "file", "a" * 40, 1, 0o644)
    assert one.like(FileState("f", "file", "a" * 40, 1, 0o600))
    assert not one.like(FileState("f", "file", "a" * 40, 1, 0o744))
    assert not one.like(FileState("f", "link", "a" * 40, 1))


def test_all_is_put_back_though_files_and_folders_changed_places(call: Call, tree: Path) -> None:
    wanted = [look(call.folders, str(tree), path, "sha1") for path in (b"d/f", b"d/run", b"l", b"g", b"g/h", b"l/m")]
    (tree / "d/f").unlink()
    (tree / "d/run").unlink()
    (tree / "d").rmdir()
    (tree / "d").write_text("now a file")
    (tree / "l").unlink()
    (tree / "l").mkdir()
    (tree / "l/m").write_text("new")
    (tree / "g").mkdir()
    (tree / "g/h").write_text("new")
    (tree / "d").unlink()
    put_back(call.folders, str(tree), wanted)
    assert [look(call.folders, str(tree), state.raw(), "sha1") for state, _ in wanted] == wanted
    assert (tree / "d/run").stat().st_mode & 0o777 == 0o750
    assert not (tree / "g").exists()


def test_removing_takes_empty_folders_along_but_never_the_root(call: Call, top: Path) -> None:
    (top / "a/b").mkdir(parents=True)
    (top / "a/b/f").write_text("x")
    remove(call.folders, str(top), b"a/b/f")
    assert list(top.iterdir()) == []
    remove(call.folders, str(top), b"a/b/f")


def test_nothing_is_written_or_removed_through_a_link(call: Call, top: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "f").write_text("theirs")
    (top / "l").symlink_to(outside)
    with pytest.raises(ToolError):
        put(call.folders, str(top), FileState("l/f", "file", "", 1, 0o644), b"ours")
    with pytest.raises(ToolError):
        remove(call.folders, str(top), b"l/f")
    assert (outside / "f").read_text() == "theirs"


def test_a_file_is_never_put_where_a_file_was_expected_to_be_a_folder(call: Call, top: Path) -> None:
    (top / "a").write_text("x")
    with pytest.raises(ToolError):
        put(call.folders, str(top), FileState("a/b", "file", "", 1, 0o644), b"ours")
    assert (top / "a").read_text() == "x"


def test_a_folder_with_other_things_in_it_does_not_go(call: Call, top: Path) -> None:
    (top / "a/b").mkdir(parents=True)
    (top / "a/b/f").write_text("x")
    assert strangers(call.folders, str(top), b"a", set())
    assert not strangers(call.folders, str(top), b"a", {b"a/b/f"})
    with pytest.raises((ConflictError, ToolError)):
        put(call.folders, str(top), FileState("a", "file", "", 1, 0o644), b"ours")
    assert (top / "a/b/f").read_text() == "x"
