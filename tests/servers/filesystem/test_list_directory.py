import os
from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, Serve, body, head


def names(text: str) -> list[str]:
    return [line.split("  ")[0] for line in body(text).splitlines() if line]


@pytest.fixture
def filled(top: Path) -> Path:
    """A folder with three levels and an ignore file."""
    for name in ("src/deep/c.py", "src/b.py", "a.txt", "build/out", "Z.txt"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(name)
    (top / ".gitignore").write_text("build/\n")
    return top


def test_names_are_in_order_and_ignored_ones_counted(files: Files, filled: Path) -> None:
    text = files.text("list_directory", path=str(filled))
    assert head(text) == {"path": str(filled), "entries": "1-4/4", "left-out": "1"}
    assert names(text) == [".gitignore", "a.txt", "src/", "Z.txt"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"ignored": True}, [".gitignore", "a.txt", "build/", "src/", "Z.txt"]),
        ({"hidden": False}, ["a.txt", "src/", "Z.txt"]),
        ({"glob": ["*.txt"]}, ["a.txt", "Z.txt"]),
        ({"glob": ["!*.txt"]}, [".gitignore", "src/"]),
        ({"excludePatterns": ["*.txt"]}, [".gitignore", "src/"]),
        ({"sort": "-name"}, ["Z.txt", "src/", "a.txt", ".gitignore"]),
        ({"depth": 2}, [".gitignore", "a.txt", "src/", "Z.txt", "src/:", "b.py", "deep/"]),
        (
            {"depth": 3},
            [".gitignore", "a.txt", "src/", "Z.txt", "src/:", "b.py", "deep/", "src/deep/:", "c.py"],
        ),
        ({"depth": 5, "glob": ["*.py"]}, ["src/:", "b.py", "src/deep/:", "c.py"]),
    ],
)
def test_what_is_shown_can_be_chosen(
    files: Files, filled: Path, arguments: dict[str, Any], expected: list[str]
) -> None:
    assert names(files.text("list_directory", path=".", **arguments)) == expected


def test_entries_are_sorted_by_time_and_size(files: Files, top: Path) -> None:
    for number, name in enumerate(("c", "a", "b")):
        (top / name).write_text("x" * (3 - number))
        os.utime(top / name, (number * 100, number * 100))
    assert names(files.text("list_directory", sort="mtime")) == ["c", "a", "b"]
    assert names(files.text("list_directory", sort="-mtime")) == ["b", "a", "c"]
    assert names(files.text("list_directory", sort="size")) == ["b", "a", "c"]
    assert names(files.text("list_directory", sortBy="-size")) == ["c", "a", "b"]


@pytest.mark.parametrize("arguments", [{}, {"sort": "-name"}, {"sort": "size"}, {"sort": "-mtime"}, {"depth": 4}])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_put_together_are_the_whole_listing(
    files: Files, filled: Path, arguments: dict[str, Any], limit: int
) -> None:
    whole = [name for name in names(files.text("list_directory", **arguments)) if not name.endswith(":")]
    text = files.text("list_directory", limit=limit, **arguments)
    found = names(text)
    while "next" in head(text):
        text = files.text("list_directory", limit=limit, cursor=head(text)["next"], **arguments)
        found += names(text)
    assert [name for name in found if not name.endswith(":")] == whole


def test_paging_goes_on_where_it_was_though_the_folder_changes(files: Files, top: Path) -> None:
    for number in range(10):
        (top / f"f{number}").touch()
    text = files.text("list_directory", limit=4)
    (top / "f3").unlink()
    (top / "f35").touch()
    assert names(files.text("list_directory", cursor=head(text)["next"])) == ["f35", *[f"f{n}" for n in range(4, 10)]]


def test_a_wide_folder_below_the_top_is_pruned_and_says_so(files: Files, top: Path) -> None:
    (top / "wide").mkdir()
    for number in range(130):
        (top / "wide" / f"f{number:03}").touch()
    text = files.text("list_directory", depth=2)
    assert "… +30 more in this folder" in text
    assert "f100" not in text
    assert len(names(files.text("list_directory", path="wide"))) == 130


def test_a_file_shows_its_facts(files: Files, top: Path) -> None:
    (top / "a.txt").write_text("x\n")
    text = files.text("list_directory", path="a.txt")
    assert head(text)["lines"] == "1"
    assert head(text)["etag"] == head(files.text("read_file", path="a.txt"))["etag"]


def test_without_a_path_several_granted_folders_are_named(serve: Serve, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    files = serve((tmp_path / "a", "read"), (tmp_path / "b", "write"))
    for arguments in ({}, {"path": "."}):
        text = files.text("list_directory", **arguments)
        assert f"{tmp_path}/a  may be read\n{tmp_path}/b  may be read and changed\n" in text


def test_without_any_grant_the_way_out_is_said(serve: Serve) -> None:
    assert "Ask the user to add one" in serve().error("list_directory")


def test_a_wide_folder_is_paged(files: Files, top: Path) -> None:
    for number in range(3000):
        os.close(os.open(top / f"{number:05}", os.O_CREAT | os.O_WRONLY))
    text = files.text("list_directory", limit=2)
    assert head(text)["entries"] == "1-2/3000"


def test_a_very_deep_tree_is_walked_to_the_depth_asked_for(files: Files, top: Path) -> None:
    here = os.open(top, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    assert len(names(files.text("list_directory", depth=20))) == 20 + 19
    assert "too-deep=1" in files.text("search_files", query="d", names=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"path": "nope"}, "there is no such file or folder"),
        ({"path": "/etc"}, "no folder that the user granted"),
        ({"depth": 0}, "`depth`"),
        ({"limit": 5000}, "`limit`"),
        ({"sort": "colour"}, "`sort`"),
        ({"cursor": "x"}, "The cursor is not one"),
    ],
)
def test_what_makes_no_sense_is_said(files: Files, arguments: dict[str, Any], words: str) -> None:
    assert words in files.error("list_directory", **arguments)
