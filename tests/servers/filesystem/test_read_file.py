import base64
import os
from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, Serve, body, head

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_the_first_line_tells_what_is_shown(files: Files, top: Path) -> None:
    (top / "a.txt").write_text("one\ntwo\n")
    text = files.text("read_file", path=str(top / "a.txt"))
    assert text == f"path={top}/a.txt etag={head(text)['etag']} lines=1-2/2\none\ntwo\n"


def test_paths_may_be_relative_to_the_only_folder(files: Files, top: Path) -> None:
    (top / "a.txt").write_text("x")
    assert body(files.text("read_file", path="a.txt")) == "x"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"start": 3}, "3\n4\n5\n"),
        ({"start": 2, "lines": 1}, "2\n"),
        ({"start": -2}, "4\n5\n"),
        ({"head": 2}, "1\n2\n"),
        ({"tail": 1}, "5\n"),
        ({"start": 4, "number": True}, "4\t4\n5\t5\n"),
        ({"max_chars": 4}, "1\n2\n"),
    ],
)
def test_parts_are_read(files: Files, top: Path, arguments: dict[str, Any], expected: str) -> None:
    (top / "a.txt").write_text("1\n2\n3\n4\n5\n")
    assert body(files.text("read_file", path="a.txt", **arguments)) == expected


def test_the_cursor_leads_through_the_whole_file(files: Files, top: Path) -> None:
    content = "".join(f"line {number}\n" for number in range(1000))
    (top / "a.txt").write_text(content)
    text = files.text("read_file", path="a.txt", max_chars=3000)
    parts = [body(text)]
    while "next" in head(text):
        text = files.text("read_file", path="a.txt", max_chars=3000, cursor=head(text)["next"])
        parts.append(body(text))
    assert "".join(parts) == content
    assert len(parts) == 3


def test_a_cursor_of_a_file_that_changed_is_refused(files: Files, top: Path) -> None:
    (top / "a.txt").write_text("1\n" * 100)
    cursor = head(files.text("read_file", path="a.txt", max_chars=20))["next"]
    (top / "a.txt").write_text("2\n" * 100)
    assert "changed meanwhile" in files.error("read_file", path="a.txt", max_chars=20, cursor=cursor)


def test_a_cursor_of_another_file_is_refused(files: Files, top: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (top / name).write_text("1\n" * 100)
    cursor = head(files.text("read_file", path="a.txt", max_chars=20))["next"]
    assert "another call" in files.error("read_file", path="b.txt", cursor=cursor)


def test_several_files_come_each_in_a_block_of_its_own(files: Files, top: Path) -> None:
    (top / "a.txt").write_text("A")
    (top / "b.txt").write_text("B")
    blocks = [block["text"] for block in files.result("read_file", paths=["a.txt", "missing", "b.txt"])["content"]]
    assert [body(blocks[0]), body(blocks[2])] == ["A", "B"]
    assert "error: Cannot read" in blocks[1]


def test_several_files_share_the_budget(files: Files, top: Path) -> None:
    for name in "abc":
        (top / name).write_text("x" * 90 + "\n" * 10)
    blocks = files.result("read_file", paths=["a", "b", "c"], max_chars=150)["content"]
    assert sum(len(body(block["text"])) for block in blocks) <= 150


def test_a_picture_is_shown_as_one(files: Files, top: Path) -> None:
    (top / "dot.dat").write_bytes(PNG)
    text, image = files.result("read_file", path="dot.dat")["content"]
    assert head(text["text"])["type"] == "image/png"
    assert (image["mimeType"], base64.b64decode(image["data"])) == ("image/png", PNG)


def test_a_picture_too_large_for_a_result_is_described(files: Files, top: Path) -> None:
    (top / "big.png").write_bytes(PNG + b"\0" * 1_000_000)
    content = files.result("read_file", path="big.png")["content"]
    assert len(content) == 1
    assert "at most 655,360 bytes" in content[0]["text"]


def test_other_bytes_are_shown_as_hex(files: Files, top: Path) -> None:
    (top / "data.bin").write_bytes(bytes(range(256)) * 10)
    text = files.text("read_file", path="data.bin")
    assert head(text)["bytes"] == "0-256/2560"
    assert body(text).startswith("00000000  00 01 02")
    more = files.text("read_file", path="data.bin", cursor=head(text)["next"])
    assert head(more)["bytes"] == "256-512/2560"
    tail = files.text("read_file", path="data.bin", start=-1, **{"as": "hex"})
    assert body(tail).startswith("000009f0  f0 f1")


def test_text_can_be_forced(files: Files, top: Path) -> None:
    (top / "odd").write_bytes(b"a\0b\n")
    assert body(files.text("read_file", path="odd", **{"as": "text"})) == "a\0b\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "Give either `path` or `paths`"),
        ({"path": "a", "paths": ["a"]}, "Give either `path` or `paths`"),
        ({"path": "nope"}, "there is no such file"),
        ({"path": "."}, "it is a folder, not a file"),
        ({"path": "a", "start": 99}, "fewer than 99 lines"),
        ({"path": "a", "lines": -1}, "`lines`"),
        ({"path": "a", "max_chars": 5_000_000}, "`max_chars`"),
        ({"path": "a", "cursor": "rubbish"}, "The cursor is not one"),
        ({"path": "a", "whatever": 1}, "no argument `whatever`"),
        ({"paths": ["a"] * 21}, "`paths`"),
    ],
)
def test_what_makes_no_sense_is_said(files: Files, top: Path, arguments: dict[str, Any], words: str) -> None:
    (top / "a").write_text("x\n")
    assert words in files.error("read_file", **arguments)


def test_a_path_with_a_space_is_quoted_in_the_header(files: Files, top: Path) -> None:
    (top / "my file.txt").write_text("x")
    assert files.text("read_file", path="my file.txt").startswith(f'path="{top}/my file.txt" ')


def test_an_odd_name_is_read_as_the_listing_writes_it(files: Files, top: Path) -> None:
    raw = os.fsencode(top) + b"/new\nline \xff \xe2\x80\xaetxt"
    Path(os.fsdecode(raw)).write_text("odd")
    listed = body(files.text("list_directory")).split("  ")[0]
    assert listed == "new\\x0aline \\xff \\u202etxt"
    assert body(files.text("read_file", path=listed)) == "odd"


def test_pages_of_huge_files_are_read_at_once(files: Files, top: Path) -> None:
    with open(top / "sparse", "wb") as sparse:
        sparse.truncate(5 * 10**9)
    (top / "line").write_bytes(b"x" * 20_000_000)
    assert head(files.text("read_file", path="sparse"))["bytes"] == "0-256/5000000000"
    assert head(files.text("read_file", path="sparse", start=-1))["bytes"] == "4999999984-5000000000/5000000000"
    text = files.text("read_file", path="line")
    assert (len(body(text)), head(text)["mid-line"]) == (40_000, "end")
    text = files.text("read_file", path="line", cursor=head(text)["next"])
    assert (len(body(text)), head(text)["mid-line"]) == (40_000, "both")
    text = files.text("read_file", path="line", start=-3)
    assert (len(body(text)), head(text)["mid-line"]) == (40_000, "start")
    assert "fewer than 1,000" in files.error("read_file", path="sparse", start=1000, **{"as": "text"})


def test_a_pipe_a_device_and_a_socket_never_block(files: Files, top: Path, serve: Serve) -> None:
    os.mkfifo(top / "pipe")
    assert "it is a pipe, not a file" in files.error("read_file", path="pipe")
    for path in ("/dev/zero", "/dev/tty", "/dev/stdin", "/proc/self/environ", "/proc/self/root/etc/passwd"):
        assert "Cannot read" in files.error("read_file", path=path)
    everything = serve((Path("/"), "read"))
    for path in ("/dev/zero", "/proc/self/environ", "/proc/self/root/etc/passwd", "/proc/1/environ"):
        assert "Cannot read" in everything.error("read_file", path=path)
