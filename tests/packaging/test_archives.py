"""Archives that are the same from the same files, whenever and by whomever they are made."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
archives = importlib.import_module("archives")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    (made / "b").mkdir(parents=True)
    (made / "b" / "é.txt").write_text("text")
    (made / "a").write_text("#!/bin/sh\n")
    (made / "a").chmod(0o755)
    (made / "c").symlink_to("a")
    return made


def test_the_same_files_make_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    archives.tar_gz(str(folder), str(tmp_path / "one"), "top", 1_700_000_000)
    for path in folder.rglob("*"):
        os.utime(path, (5, 5), follow_symlinks=False)
    archives.tar_gz(str(folder), str(tmp_path / "two"), "top", 1_700_000_000)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_everything_lies_in_one_folder_owned_by_nobody(folder: Path, tmp_path: Path) -> None:
    archives.tar_gz(str(folder), str(tmp_path / "one.tar.gz"), "doorkeep-1", 7)
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        members = {member.name: member for member in archive.getmembers()}
    assert list(members) == ["doorkeep-1", "doorkeep-1/a", "doorkeep-1/b", "doorkeep-1/b/é.txt", "doorkeep-1/c"]
    assert members["doorkeep-1/a"].mode == 0o755
    assert members["doorkeep-1/c"].linkname == "a"
    assert {(member.uid, member.uname, int(member.mtime)) for member in members.values()} == {(0, "", 7)}


def test_the_checksums_are_what_sha256sum_checks(folder: Path, tmp_path: Path) -> None:
    paths = [str(folder / "b" / "é.txt"), str(folder / "a")]
    for path in paths:
        os.link(path, tmp_path / Path(path).name)
    listed = archives.write_checksums(paths, str(tmp_path))
    said = subprocess.run(
        ["sha256sum", "--check", "--strict", listed],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert said.stdout.splitlines() == ["a: OK", "é.txt: OK"]
