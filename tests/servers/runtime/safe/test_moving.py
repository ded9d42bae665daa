"""Names are claimed, exchanged and removed inside open folders only."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.runtime.safe import moving


@pytest.fixture
def here(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    (tmp_path / "folder/inner").mkdir(parents=True)
    fd = os.open(tmp_path, os.O_RDONLY)
    yield fd
    os.close(fd)


@pytest.fixture(params=["kernel", "claiming"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Once as the kernel does it, once as on a file system that knows neither flag."""
    if request.param == "claiming":

        def refuse(*_: object, exchange: bool) -> None:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

        monkeypatch.setattr(moving, "_rename", refuse)
    return request.param


@pytest.mark.parametrize("name", ["a", "folder"])
def test_a_free_name_is_taken(here: int, way: str, name: str) -> None:
    moving.rename_new(here, name, here, "new")
    assert name not in os.listdir(here)
    assert "new" in os.listdir(here)


@pytest.mark.parametrize(("old", "new"), [("a", "b"), ("folder", "b"), ("a", "folder"), ("folder", "a")])
def test_a_taken_name_is_left(here: int, tmp_path: Path, way: str, old: str, new: str) -> None:
    with pytest.raises(FileExistsError):
        moving.rename_new(here, old, here, new)
    assert sorted(os.listdir(here)) == ["a", "b", "folder"]
    assert (tmp_path / "b").read_text() == "b"


def test_exchanging_is_done_or_said_to_be_impossible(here: int, tmp_path: Path, way: str) -> None:
    done = moving.exchange(here, "a", "b")
    assert done is (way == "kernel")
    assert (tmp_path / "a").read_text() == ("b" if done else "a")


def test_a_missing_source_is_an_error_both_ways(here: int, way: str) -> None:
    with pytest.raises(FileNotFoundError):
        moving.rename_new(here, "nope", here, "new")


def test_temporary_names_are_recognised_and_differ() -> None:
    names = {moving.temporary_name() for _ in range(50)}
    assert len(names) == 50
    assert all(moving.is_temporary(name) for name in names)
    assert not moving.is_temporary(".doorkeep-notes.tmp")


def test_removing_what_is_gone_is_quiet(here: int) -> None:
    moving.remove_quietly(here, "a")
    moving.remove_quietly(here, "a")
    assert "a" not in os.listdir(here)
