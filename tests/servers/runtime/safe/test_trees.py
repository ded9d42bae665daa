"""Whole folders are measured, copied and removed without following a link, within a budget."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.runtime.safe import trees
from servers.runtime.safe.trees import Budget


@pytest.fixture
def here(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "t/sub").mkdir(parents=True)
    (tmp_path / "t/a").write_bytes(b"x" * 100)
    (tmp_path / "t/sub/b").write_bytes(b"y" * 50)
    (tmp_path / "t/sub/b").chmod(0o640)
    os.utime(tmp_path / "t/sub/b", ns=(5_000_000_000, 5_000_000_000))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kept").write_text("kept")
    (tmp_path / "t/link").symlink_to("../outside")
    fd = os.open(tmp_path, os.O_RDONLY)
    yield fd
    os.close(fd)


def test_a_tree_is_measured_without_what_its_links_lead_to(here: int) -> None:
    assert trees.measure(here, "t", Budget(1000)) == 150 + len("../outside")


def test_a_copy_has_the_same_files_links_modes_and_times(here: int, tmp_path: Path) -> None:
    trees.copy(here, "t", here, "copy", Budget(1000))
    found = os.stat(tmp_path / "copy/sub/b")
    assert (found.st_mode & 0o777, found.st_mtime_ns, (tmp_path / "copy/sub/b").read_bytes()) == (
        0o640,
        5_000_000_000,
        b"y" * 50,
    )
    assert os.readlink(tmp_path / "copy/link") == "../outside"


def test_removing_a_tree_leaves_what_its_links_lead_to(here: int, tmp_path: Path) -> None:
    trees.remove(here, "t")
    assert sorted(os.listdir(here)) == ["outside"]
    assert (tmp_path / "outside/kept").read_text() == "kept"


@pytest.mark.parametrize("budget", [Budget(100), Budget(1000, 2)])
def test_a_tree_beyond_the_budget_is_an_error(here: int, budget: Budget) -> None:
    with pytest.raises(OSError, match="too large"):
        trees.copy(here, "t", here, "copy", budget)


def test_depth_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MAX_DEPTH", 3)
    (tmp_path / "1/2/3/4/5").mkdir(parents=True)
    fd = os.open(tmp_path, os.O_RDONLY)
    for act in (lambda: trees.measure(fd, "1", Budget(10)), lambda: trees.remove(fd, "1")):
        with pytest.raises(OSError, match="too large"):
            act()
    os.close(fd)


def test_a_pipe_is_not_copied(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    fd = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(OSError, match="No such device"):
        trees.copy(fd, "pipe", fd, "copy", Budget(10))
    os.close(fd)
