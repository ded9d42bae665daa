import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, Serve, body, head


def test_a_new_file_is_written_with_the_folders_above_it(files: Files, top: Path) -> None:
    facts = files.facts("write_file", path="a/b/c.txt", content="one\ntwo\n")
    assert (top / "a/b/c.txt").read_bytes() == b"one\ntwo\n"
    assert facts["files"][0]["etag"] == head(files.text("read_file", path="a/b/c.txt"))["etag"]
    assert facts["changed"]
    assert facts["change_id"]


def test_create_never_replaces(files: Files, top: Path) -> None:
    (top / "f").write_text("old")
    assert "exists already" in files.error("write_file", path="f", content="new")
    assert (top / "f").read_text() == "old"


@pytest.mark.parametrize(
    ("old", "arguments", "expected"),
    [
        (b"old", {"content": "new", "mode": "overwrite"}, b"new"),
        (b"old\n", {"content": "more\n", "mode": "append"}, b"old\nmore\n"),
        (b"a\r\n", {"content": "x\ny\n", "mode": "overwrite"}, b"x\r\ny\r\n"),
        (b"a\r\n", {"content": "x\n", "mode": "append"}, b"a\r\nx\r\n"),
        (b"a\r\n", {"content": "x\n", "mode": "overwrite", "eol": "lf"}, b"x\n"),
        (b"a\n", {"content": "x\n", "mode": "overwrite", "eol": "crlf"}, b"x\r\n"),
        (b"\xef\xbb\xbfa", {"content": "x", "mode": "overwrite"}, b"\xef\xbb\xbfx"),
        (b"\xef\xbb\xbfa", {"content": "x", "mode": "append"}, b"\xef\xbb\xbfax"),
        (b"caf\xe9", {"content": "th\u00e9", "mode": "overwrite"}, b"th\xe9"),
        (b"caf\xe9", {"content": "!\u00e9", "mode": "append"}, b"caf\xe9!\xe9"),
        ("a\n".encode("utf-16"), {"content": "é", "mode": "append"}, "a\né".encode("utf-16")),
        (b"\0\1", {"content": "text\n", "mode": "overwrite"}, b"text\n"),
        (None, {"content": "x", "mode": "overwrite"}, b"x"),
        (None, {"content": "x", "mode": "append"}, b"x"),
        (b"x", {"content": "", "mode": "overwrite"}, b""),
    ],
)
def test_the_files_own_way_of_writing_is_kept(
    files: Files, top: Path, old: bytes | None, arguments: dict[str, Any], expected: bytes
) -> None:
    if old is not None:
        (top / "f").write_bytes(old)
    files.facts("write_file", path="f", **arguments)
    assert (top / "f").read_bytes() == expected


def test_what_latin1_cannot_write_becomes_utf8_and_is_said(files: Files, top: Path) -> None:
    (top / "f").write_bytes(b"caf\xe9")
    assert "UTF-8 now" in files.facts("write_file", path="f", content="5 €", mode="overwrite")["warnings"][0]
    assert (top / "f").read_bytes() == "5 €".encode()
    (top / "f").write_bytes(b"caf\xe9")
    assert "which has no '€'" in files.error("write_file", path="f", content="5 €", mode="append")


def test_mode_and_extended_attributes_are_kept(files: Files, top: Path) -> None:
    (top / "f").write_text("old")
    (top / "f").chmod(0o751)
    try:
        os.setxattr(top / "f", "user.note", b"kept")
    except OSError:
        pytest.skip("this file system has no user attributes")
    files.facts("write_file", path="f", content="new", mode="overwrite")
    assert stat.S_IMODE((top / "f").stat().st_mode) == 0o751
    assert os.getxattr(top / "f", "user.note") == b"kept"


def test_hard_links_elsewhere_keep_the_old_content(files: Files, top: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("old")
    os.link(tmp_path / "outside", top / "f")
    files.facts("write_file", path="f", content="new", mode="overwrite")
    assert ((tmp_path / "outside").read_text(), (top / "f").read_text()) == ("old", "new")


def test_the_same_content_is_no_change(files: Files, top: Path) -> None:
    (top / "f").write_text("same")
    facts = files.facts("write_file", path="f", content="same", mode="overwrite")
    assert not facts["changed"]
    assert "change_id" not in facts


def test_if_match_protects_newer_work(files: Files, top: Path) -> None:
    (top / "f").write_text("old")
    etag = head(files.text("read_file", path="f"))["etag"]
    (top / "f").write_text("newer")
    assert "changed since it was read" in files.error(
        "write_file", path="f", content="mine", mode="overwrite", if_match=etag
    )
    assert "does not exist" in files.error("write_file", path="g", content="mine", if_match=etag)
    etag = head(files.text("read_file", path="f"))["etag"]
    assert files.facts("write_file", path="f", content="mine", mode="overwrite", if_match=etag)["changed"]


def test_a_dry_run_shows_the_diff_and_changes_nothing(files: Files, top: Path) -> None:
    (top / "f").write_text("one\ntwo\n")
    facts = files.facts("write_file", path="f", content="one\n2\n", mode="overwrite", dryRun=True)
    assert "-two\n+2\n" in facts["files"][0]["diff"]
    assert "change_id" not in facts
    files.facts("write_file", path="new/f", content="x", dry_run=True)
    assert ((top / "f").read_text(), os.listdir(top)) == ("one\ntwo\n", ["f"])


def test_a_large_file_is_appended_to(files: Files, top: Path) -> None:
    (top / "log").write_bytes(b"line\n" * 1_000_000)
    files.facts("write_file", path="log", content="end\n", mode="append")
    assert (top / "log").stat().st_size == 5_000_004
    assert body(files.text("read_file", path="log", start=-1)) == "end\n"


def test_every_write_can_be_taken_back(files: Files, top: Path) -> None:
    (top / "f").write_text("old")
    for arguments in ({"mode": "overwrite"}, {"mode": "append"}):
        change = files.facts("write_file", path="f", content="new", **arguments)["change_id"]
        files.facts("undo", change_id=change)
        assert (top / "f").read_text() == "old"
    change = files.facts("write_file", path="x/y/z", content="new")["change_id"]
    files.facts("undo", change_id=change)
    assert os.listdir(top) == ["f"]


@pytest.mark.parametrize(
    "path", [".git/hooks/pre-commit", ".envrc", "x/.vscode/tasks.json", ".github/workflows/ci.yml", ".env", "id_rsa"]
)
def test_files_that_execute_or_hold_secrets_are_not_written(files: Files, top: Path, path: str) -> None:
    assert "Cannot write" in files.error("write_file", path=path, content="x")
    assert os.listdir(top) == []


def test_nothing_is_written_through_a_link(files: Files, top: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    (top / "leaf").symlink_to(tmp_path / "secret")
    (top / "dangling").symlink_to(tmp_path / "created")
    (top / "folder").symlink_to(tmp_path)
    for path in ("leaf", "dangling", "folder/created", "folder/new/created"):
        for mode in ("create", "overwrite", "append"):
            assert "Cannot" in files.error("write_file", path=path, content="x", mode=mode)
    assert sorted(os.listdir(tmp_path)) == ["secret", "top", "undo"]
    assert (tmp_path / "secret").read_text() == "SECRET"


def test_in_a_folder_that_may_only_be_read_nothing_is_written(serve: Serve, top: Path) -> None:
    for access, words in (("read", "read-only"), ("ask", "each change must be asked")):
        files = serve((top, access))
        assert words in files.error("write_file", path="f", content="x")
    assert os.listdir(top) == []


def test_without_an_undo_store_the_change_has_no_id(serve: Serve, top: Path) -> None:
    facts = serve((top, "write"), undo=False).facts("write_file", path="f", content="x")
    assert "change_id" not in facts
    assert (top / "f").read_text() == "x"
