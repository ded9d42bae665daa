import os
from pathlib import Path

from tests.servers.filesystem.conftest import Files


def test_folders_are_made_with_those_above_them(files: Files, top: Path) -> None:
    facts = files.facts("create_directory", path="a/b/c")
    assert (top / "a/b/c").is_dir()
    assert [one["path"] for one in facts["files"]] == [f"{top}/a", f"{top}/a/b", f"{top}/a/b/c"]
    files.facts("undo", change_id=facts["change_id"])
    assert os.listdir(top) == []


def test_one_that_exists_is_left_as_it_is(files: Files, top: Path) -> None:
    (top / "a").mkdir(mode=0o700)
    facts = files.facts("create_directory", path="a")
    assert not facts["changed"]
    assert "change_id" not in facts


def test_a_file_or_a_link_in_the_way_is_said(files: Files, top: Path, tmp_path: Path) -> None:
    (top / "f").write_text("x")
    (top / "link").symlink_to(tmp_path / "nothing")
    assert "it exists and is a file" in files.error("create_directory", path="f")
    assert "it exists and is a symbolic link" in files.error("create_directory", path="link")
    assert "Cannot" in files.error("create_directory", path="f/g")
    assert "Cannot" in files.error("create_directory", path="link/g")
    assert not (tmp_path / "nothing").exists()


def test_a_dry_run_makes_nothing(files: Files, top: Path) -> None:
    facts = files.facts("create_directory", path="a/b", dry_run=True)
    assert facts["changed"]
    assert os.listdir(top) == []


def test_undo_leaves_a_folder_that_was_filled_since(files: Files, top: Path) -> None:
    change = files.facts("create_directory", path="a")["change_id"]
    (top / "a/f").write_text("x")
    assert "is not empty" in files.error("undo", change_id=change)
    assert (top / "a/f").exists()
