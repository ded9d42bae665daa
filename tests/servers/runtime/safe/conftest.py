"""A tree with two granted folders and a place outside, seen through both ways of opening that this system has."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.runtime.safe import linux, opening, walk
from servers.runtime.safe.access import Folders
from servers.runtime.wire import Access, Folder

SWAPPER = Path(__file__).parents[3] / "fakes" / "swapper.py"
Swap = Callable[[Path, Path], None]
Grant = Callable[..., Folders]


@pytest.fixture(params=[pytest.param(linux, id="openat2"), pytest.param(walk, id="walk")])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> object:
    """The test runs once with openat2 and once with the no-follow walk."""
    if request.param is linux and not linux.available():
        pytest.skip("this kernel has no openat2")
    monkeypatch.setattr(opening, "system", request.param)
    return request.param


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """`in` is meant to be granted, `in/off` to be a narrower row, `out` and `in_evil` never."""
    for name in ("in/sub/deep", "in/off", "out", "in_evil"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "in/a.txt").write_text("inside")
    (tmp_path / "in/sub/b.txt").write_text("below")
    (tmp_path / "in/off/hidden.txt").write_text("SECRET nested")
    (tmp_path / "out/secret.txt").write_text("SECRET outside")
    (tmp_path / "in_evil/secret.txt").write_text("SECRET sibling")
    return tmp_path


@pytest.fixture
def grant() -> Grant:
    """`grant((path, access), …, asked=…)`: a table of these rows."""

    def make(*rows: tuple[Path, Access], asked: bool = True) -> Folders:
        return Folders(1, tuple(Folder(str(path), access) for path, access in rows), asked=asked)

    return make


@pytest.fixture
def folders(tree: Path, grant: Grant) -> Folders:
    """`in` granted for writing, `in/off` switched off."""
    return grant((tree / "in", "write"), (tree / "in" / "off", "off"))


@pytest.fixture
def swap() -> Iterator[Swap]:
    """Starts processes that exchange two paths over and over until the test ends."""
    running: list[subprocess.Popen[bytes]] = []

    def start(one: Path, other: Path) -> None:
        process = subprocess.Popen([sys.executable, str(SWAPPER), str(one), str(other)], stdout=subprocess.PIPE)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"swapping\n"

    yield start
    for process in running:
        process.kill()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()
