import os
from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, Serve, head


@pytest.fixture
def tree(top: Path) -> Path:
    (top / "d/inner").mkdir(parents=True)
    (top / "d/inner/f").write_text("deep")
    (top / "a.txt").write_text("A")
    (top / "b.txt").write_text("B")
    return top


def contents(top: Path) -> dict[str, str]:
    return {str(path.relative_to(top)): path.read_text() for path in sorted(top.rglob("*")) if path.is_file()}


WHOLE = {"a.txt": "A", "b.txt": "B", "d/inner/f": "deep"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"source": "a.txt", "destination": "c.txt"}, {"b.txt": "B", "c.txt": "A", "d/inner/f": "deep"}),
        ({"source": "a.txt", "destination": "new/x/c"}, {"b.txt": "B", "d/inner/f": "deep", "new/x/c": "A"}),
        ({"source": "d", "destination": "e"}, {"a.txt": "A", "b.txt": "B", "e/inner/f": "deep"}),
        ({"from": "a.txt", "to": "c.txt"}, {"b.txt": "B", "c.txt": "A", "d/inner/f": "deep"}),
        ({"source": "a.txt", "destination": "c", "copy": True}, {**WHOLE, "c": "A"}),
        ({"source": "d", "destination": "new/e", "copy": True}, {**WHOLE, "new/e/inner/f": "deep"}),
        (
            {"source": "a.txt", "destination": "b.txt", "on_exists": "rename"},
            {"b (2).txt": "A", "b.txt": "B", "d/inner/f": "deep"},
        ),
        ({"source": "a.txt", "destination": "b.txt", "on_exists": "trash"}, {"b.txt": "A", "d/inner/f": "deep"}),
        (
            {"source": "d", "destination": "a.txt", "on_exists": "trash", "copy": True},
            {"a.txt/inner/f": "deep", "b.txt": "B", "d/inner/f": "deep"},
        ),
    ],
)
def test_things_are_carried_and_taken_back(
    files: Files, tree: Path, arguments: dict[str, Any], expected: dict[str, str]
) -> None:
    change = files.facts("move_file", **arguments)["change_id"]
    assert contents(tree) == expected
    back = files.facts("undo", change_id=change)["change_id"]
    assert contents(tree) == WHOLE
    assert sorted(os.listdir(tree)) == ["a.txt", "b.txt", "d"]
    files.facts("undo", change_id=back)
    assert contents(tree) == expected


def test_nothing_is_ever_overwritten(files: Files, tree: Path) -> None:
    assert "exists already" in files.error("move_file", source="a.txt", destination="b.txt")
    assert "add its name to the destination" in files.error("move_file", source="a.txt", destination="d")
    assert contents(tree) == WHOLE


def test_a_dry_run_says_what_would_be_done(files: Files, tree: Path) -> None:
    facts = files.facts("move_file", source="a.txt", destination="new/c", dry_run=True)
    assert facts["files"][0]["note"] == f"make the folder {tree}/new\nmove file {tree}/a.txt to {tree}/new/c"
    assert contents(tree) == WHOLE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"source": "nope", "destination": "x"}, "there is no such file or folder"),
        ({"source": "nope", "destination": "x", "copy": True}, "there is no such file or folder"),
        ({"source": "a.txt", "destination": "a.txt"}, "the source itself"),
        ({"source": "d", "destination": "d/inner/e"}, "into itself"),
        ({"source": "a.txt", "destination": "x", "if_match": "other"}, "changed since it was read"),
        ({"source": "a.txt", "destination": ".git/hooks/pre-commit"}, "execute such files"),
        ({"source": "a.txt", "destination": ".env"}, "hold secrets"),
        ({"source": "a.txt", "destination": "/etc/x"}, "no folder that the user granted"),
        ({"source": "/etc/passwd", "destination": "x", "copy": True}, "no folder that the user granted"),
        ({"source": ".", "destination": "x"}, "a granted folder itself"),
    ],
)
def test_what_may_not_be_is_said(files: Files, tree: Path, arguments: dict[str, Any], words: str) -> None:
    assert words in files.error("move_file", **arguments)
    assert contents(tree) == WHOLE


def test_a_link_is_moved_as_a_link(files: Files, tree: Path, tmp_path: Path) -> None:
    (tree / "link").symlink_to(tmp_path)
    files.facts("move_file", source="link", destination="other")
    assert os.readlink(tree / "other") == str(tmp_path)


def test_a_link_out_of_the_folder_is_not_copied(files: Files, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    (tree / "link").symlink_to(tmp_path / "secret")
    assert "Cannot copy" in files.error("move_file", source="link", destination="stolen", copy=True)
    assert contents(tree) == {**WHOLE, "link": "SECRET"}


def test_copying_from_a_folder_that_is_only_read_is_allowed_and_moving_is_not(
    serve: Serve, tree: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    files = serve((tree, "read"), (tmp_path / "other", "write"))
    source, destination = str(tree / "a.txt"), str(tmp_path / "other/c")
    assert "read-only" in files.error("move_file", source=source, destination=destination)
    files.facts("move_file", source=source, destination=destination, copy=True)
    assert (tmp_path / "other/c").read_text() == "A"


def test_the_etag_of_a_copy_is_that_of_the_file(files: Files, tree: Path) -> None:
    facts = files.facts("move_file", source="a.txt", destination="c", copy=True)
    assert facts["files"][0]["etag"] == head(files.text("read_file", path="c"))["etag"]


def test_mode_and_time_come_along_with_a_copied_folder(files: Files, tree: Path) -> None:
    (tree / "d/inner/f").chmod(0o750)
    os.utime(tree / "d/inner/f", (100, 100))
    files.facts("move_file", source="d", destination="e", copy=True)
    found = (tree / "e/inner/f").stat()
    assert (found.st_mode & 0o777, found.st_mtime) == (0o750, 100)
