import os
from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, head


@pytest.mark.parametrize(
    ("old", "edits", "expected"),
    [
        (b"one\ntwo\n", [{"old": "two", "new": "2"}], b"one\n2\n"),
        (b"one\r\ntwo\r\n", [{"old": "one\ntwo", "new": "1\n2"}], b"1\r\n2\r\n"),
        (b"\xef\xbb\xbfone", [{"oldText": "one", "newText": "1"}], b"\xef\xbb\xbf1"),
        (b"caf\xe9 x", [{"old": "café", "new": "thé"}], b"th\xe9 x"),
        ("é one".encode("utf-16"), [{"old": "one", "new": "1"}], "é 1".encode("utf-16")),
        (b"a a", [{"old": "a", "new": "b", "count": 0}], b"b b"),
        (b"a b", [{"old": "a", "new": "b"}, {"old": "b b", "new": "c"}], b"c"),
    ],
)
def test_pieces_are_replaced_and_the_rest_is_kept(
    files: Files, top: Path, old: bytes, edits: list[dict[str, Any]], expected: bytes
) -> None:
    (top / "f").write_bytes(old)
    facts = files.facts("edit_file", path="f", edits=edits)
    assert (top / "f").read_bytes() == expected
    assert facts["files"][0]["etag"] == head(files.text("read_file", path="f"))["etag"]


def test_one_edit_that_fails_leaves_all_undone(files: Files, top: Path) -> None:
    (top / "f").write_text("one\ntwo\n")
    words = files.error("edit_file", path="f", edits=[{"old": "one", "new": "1"}, {"old": "twoo", "new": "2"}])
    assert words.startswith("Edit 2 of 2: `old` does not occur")
    assert "2: two" in words
    assert (top / "f").read_text() == "one\ntwo\n"


def test_an_ambiguous_edit_names_the_lines(files: Files, top: Path) -> None:
    (top / "f").write_text("x\ny\nx\n")
    assert "at lines 1, 3" in files.error("edit_file", path="f", edits=[{"old": "x", "new": "z"}])


def test_lines_may_be_named_with_the_etag_that_numbered_them(files: Files, top: Path) -> None:
    (top / "f").write_text("1\n2\n3\n")
    edits = [{"start": 2, "end": 2, "new": "two\n"}]
    assert "need `if_match`" in files.error("edit_file", path="f", edits=edits)
    etag = head(files.text("read_file", path="f"))["etag"]
    files.facts("edit_file", path="f", edits=edits, if_match=etag)
    assert (top / "f").read_text() == "1\ntwo\n3\n"
    assert "changed since it was read" in files.error("edit_file", path="f", edits=edits, if_match=etag)


def test_a_dry_run_shows_the_diff(files: Files, top: Path) -> None:
    (top / "f").write_text("one\ntwo\n")
    facts = files.facts("edit_file", path="f", edits=[{"old": "two", "new": "2"}], dry_run=True)
    assert facts["files"][0]["diff"] == f"--- {top}/f\n+++ {top}/f\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
    assert (top / "f").read_text() == "one\ntwo\n"


def test_an_edit_that_changes_nothing_says_so(files: Files, top: Path) -> None:
    (top / "f").write_text("same")
    facts = files.facts("edit_file", path="f", edits=[{"old": "same", "new": "same"}])
    assert not facts["changed"]


def test_an_edit_can_be_taken_back_and_done_again(files: Files, top: Path) -> None:
    (top / "f").write_text("old")
    change = files.facts("edit_file", path="f", edits=[{"old": "old", "new": "new"}])["change_id"]
    back = files.facts("undo", change_id=change)["change_id"]
    assert (top / "f").read_text() == "old"
    files.facts("undo", change_id=back)
    assert (top / "f").read_text() == "new"


def test_a_file_of_a_few_megabytes_is_edited(files: Files, top: Path) -> None:
    (top / "f").write_bytes(b"line\n" * 1_000_000 + b"needle\n")
    files.facts("edit_file", path="f", edits=[{"old": "needle", "new": "found"}])
    with open(top / "f", "rb") as file:
        file.seek(-6, os.SEEK_END)
        assert file.read() == b"found\n"


@pytest.mark.parametrize(
    ("name", "content", "arguments", "words"),
    [
        ("f", b"a\0b", {"edits": [{"old": "a", "new": "b"}]}, "no text file"),
        ("f", b"a", {"edits": []}, "`edits`"),
        ("f", b"a", {"edits": [{"old": "a"}]}, "`edits[0].new` is missing"),
        ("f", b"a", {"edits": [{"old": "", "new": "b"}]}, "`old` is empty"),
        ("f", b"a", {"edits": [{"old": "a", "new": "b"}] * 51}, "`edits`"),
        ("f", b"caf\xe9", {"edits": [{"old": "c", "new": "€"}]}, "which has no '€'"),
        (".env", b"a", {"edits": [{"old": "a", "new": "b"}]}, "hold secrets"),
        ("missing", None, {"edits": [{"old": "a", "new": "b"}]}, "Use write_file to create it"),
    ],
)
def test_what_cannot_be_edited_is_said(
    files: Files, top: Path, name: str, content: bytes | None, arguments: dict[str, Any], words: str
) -> None:
    if content is not None:
        (top / name).write_bytes(content)
    assert words in files.error("edit_file", path=name, **arguments)
    assert content is None or (top / name).read_bytes() == content


def test_nothing_is_edited_through_a_link(files: Files, top: Path) -> None:
    (top / "f").write_text("old")
    (top / "link").symlink_to("f")
    assert "symbolic link" in files.error("edit_file", path="link", edits=[{"old": "old", "new": "new"}])
    assert (top / "f").read_text() == "old"
