import os
from pathlib import Path

import pytest

from tests.servers.filesystem.conftest import Files, Serve


@pytest.fixture
def tree(top: Path) -> Path:
    (top / "d/inner").mkdir(parents=True)
    (top / "d/inner/f").write_text("deep")
    (top / "a").write_text("A")
    (top / "link").symlink_to("/etc")
    return top


def test_things_go_and_come_back_whole(files: Files, tree: Path) -> None:
    (tree / "a").chmod(0o750)
    change = files.facts("trash", paths=["a", "d", "link"])["change_id"]
    assert os.listdir(tree) == []
    files.facts("undo", change_id=change)
    assert sorted(os.listdir(tree)) == ["a", "d", "link"]
    assert (tree / "d/inner/f").read_text() == "deep"
    assert ((tree / "a").stat().st_mode & 0o777, os.readlink(tree / "link")) == (0o750, "/etc")


def test_the_desktops_trash_is_used_where_there_is_one(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    trash = home / ".local/share/Trash"
    trash.mkdir(parents=True)
    (home / "Documents").mkdir()
    (home / "Documents/a b.txt").write_text("x")
    monkeypatch.setenv("HOME", str(home))
    files = serve((home / "Documents", "write"))
    change = files.facts("trash", paths=["a b.txt"])["change_id"]
    assert (trash / "files/a b.txt").read_text() == "x"
    assert "Path=" + str(home / "Documents/a%20b.txt") in (trash / "info/a b.txt.trashinfo").read_text()
    files.facts("undo", change_id=change)
    assert (home / "Documents/a b.txt").read_text() == "x"
    assert os.listdir(trash / "files") == os.listdir(trash / "info") == []


def test_a_dry_run_takes_nothing(files: Files, tree: Path) -> None:
    facts = files.facts("trash", paths=["a", "d"], dry_run=True)
    assert [one["note"] for one in facts["files"]] == ["would go to the trash"] * 2
    assert sorted(os.listdir(tree)) == ["a", "d", "link"]


def test_one_that_is_missing_leaves_all_where_they_are(files: Files, tree: Path) -> None:
    assert "there is no such file" in files.error("trash", paths=["a", "nope"])
    assert sorted(os.listdir(tree)) == ["a", "d", "link"]


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ([], "`paths`"),
        (["."], "a granted folder itself"),
        (["d", "d/inner"], "lies in another folder of the list"),
        (["/etc/passwd"], "no folder that the user granted"),
    ],
)
def test_what_may_not_be_is_said(files: Files, tree: Path, paths: list[str], words: str) -> None:
    assert words in files.error("trash", paths=paths)
    assert sorted(os.listdir(tree)) == ["a", "d", "link"]


def test_a_single_path_and_one_named_twice_are_understood(files: Files, tree: Path) -> None:
    files.facts("trash", path="a")
    files.facts("trash", paths=["d", "d"])
    assert os.listdir(tree) == ["link"]


def test_a_folder_that_holds_another_rule_stays(serve: Serve, tree: Path) -> None:
    files = serve((tree, "write"), (tree / "d/inner", "off"))
    assert "a rule of its own" in files.error("trash", paths=["d"])
    assert (tree / "d/inner/f").exists()


def test_without_an_undo_store_nothing_is_trashed(serve: Serve, tree: Path) -> None:
    assert "without an undo store" in serve((tree, "write"), undo=False).error("trash", paths=["a"])
    assert (tree / "a").exists()
