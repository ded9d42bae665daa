"""A lock that ends with its holder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.desktop.lock import take

ROOT = Path(__file__).parents[3]
HOLD = "import sys\nfrom app.desktop.lock import take\nprint(take(sys.argv[1]) is not None, flush=True)\nsys.stdin.read()\n"


def holder(path: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_one_process_holds_it_and_its_end_by_force_frees_it(tmp_path: Path) -> None:
    path = str(tmp_path / "a.lock")
    with holder(path) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert take(path) is None
        other.kill()
        other.wait(20)
    mine = take(path)
    assert mine is not None
    os.close(mine)


def test_closing_frees_it(tmp_path: Path) -> None:
    path = str(tmp_path / "a.lock")
    first = take(path)
    assert first is not None
    assert take(path) is None
    os.close(first)
    second = take(path)
    assert second is not None
    os.close(second)


def test_no_child_keeps_it(tmp_path: Path, wait_until: Callable[..., object]) -> None:
    path = str(tmp_path / "a.lock")
    mine = take(path)
    assert mine is not None
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False) as child:
        os.close(mine)
        again = wait_until(lambda: take(path))  # the child may still be on its way into its program
        child.kill()
    os.close(int(str(again)))


@pytest.mark.parametrize("left", [b"", b"4711\npython\n", b"\0" * 4096], ids=["empty", "another form", "long"])
def test_a_file_left_behind_is_no_obstacle(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "a.lock"
    path.write_bytes(left)
    mine = take(str(path))
    assert mine is not None
    os.close(mine)


def test_where_it_cannot_lie_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"a\.lock"):
        take(str(tmp_path / "nowhere" / "a.lock"))
