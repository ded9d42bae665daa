"""Names exchanged in mid-flight (renameat2, RENAME_EXCHANGE) by another process, while every tool of the running server is used:
nothing outside is ever told, listed, changed or carried away."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.filesystem.conftest import Files, Serve, Swap

SECRET = "SECRET-c0de"
TRIES = 150
MOST = 5000


class Rounds:
    """Counts to `least`, and on until something `went_through` between two exchanges: a busy machine has its own pace."""

    def __init__(self, least: int) -> None:
        self._least = least
        self.went_through = 0

    def __iter__(self) -> Iterator[int]:
        for number in range(MOST):
            if number >= self._least and self.went_through:
                return
            yield number
        pytest.fail(f"nothing went through in {MOST} tries, so the race shows nothing")


def own_text(top: Path) -> str:
    """What the files of the folder hold, no link followed: the names are being exchanged while this looks."""
    parts: list[bytes] = []
    for name in os.listdir(top):
        try:
            fd = os.open(top / name, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            if stat.S_ISREG(os.fstat(fd).st_mode):
                parts.append(os.read(fd, 1000))
        finally:
            os.close(fd)
    return b"".join(parts).decode()


@pytest.fixture
def raced(files: Files, top: Path, tmp_path: Path, swap: Swap) -> Iterator[Files]:
    """`raced` is now a folder with a harmless file `f`, now a link to `outside`; so is `leaf` a file and a link to a secret."""
    (tmp_path / "outside/names").mkdir(parents=True)
    (tmp_path / "outside/f").write_text(f"{SECRET}\n")
    (tmp_path / "outside/names/secret-name").write_text("x")
    (top / "raced").mkdir()
    (top / "raced/f").write_text("harmless\n")
    (top / "leaf").write_text("harmless\n")
    (top / "link").symlink_to(tmp_path / "outside")
    (top / "leaf_link").symlink_to(tmp_path / "outside/f")
    swap(top / "raced", top / "link")
    swap(top / "leaf", top / "leaf_link")
    yield files
    assert (tmp_path / "outside/f").read_text() == f"{SECRET}\n"
    assert sorted(os.listdir(tmp_path / "outside")) == ["f", "names"]
    assert os.listdir(tmp_path / "outside/names") == ["secret-name"]


def test_reading(raced: Files) -> None:
    rounds = Rounds(TRIES)
    for _ in rounds:
        for path in ("raced/f", "leaf"):
            found = str(raced.result("read_file", path=path))
            assert SECRET not in found
            rounds.went_through += "harmless" in found


def test_listing(raced: Files) -> None:
    for _ in range(TRIES):
        for arguments in ({"path": "raced"}, {"depth": 3}):
            found = str(raced.result("list_directory", **arguments))
            assert "names" not in found


def test_searching_names(raced: Files) -> None:
    for _ in range(TRIES):
        for path in (".", "raced"):
            assert "secret-name" not in str(raced.result("search_files", query="*", names=True, path=path))


def test_searching_contents(raced: Files) -> None:
    rounds = Rounds(TRIES // 6)
    for _ in rounds:
        for output in ("matches", "files", "count"):
            for path in (".", "raced", "leaf"):
                found = raced.result("search_files", query="SECRET", output=output, path=path)
                text = found["content"][0]["text"]
                assert found.get("isError") or text.split(" ", 1)[1].replace("files=0/0", "files=0").split("\n")[0] in (
                    "matches=0 files=0",
                    "files=0",
                ), text
                assert SECRET not in text
        rounds.went_through += "harmless" in str(raced.result("search_files", query="harmless"))


def test_writing_and_editing(raced: Files) -> None:
    rounds = Rounds(TRIES // 3)
    for number in rounds:
        for path in (f"raced/new{number}", "raced/f", "leaf"):
            found = raced.result("write_file", path=path, content="harmless\n", mode="append")
            rounds.went_through += not found.get("isError")
            found = raced.result("edit_file", path=path, edits=[{"old": "harmless\n", "new": "harmless\n", "count": 0}])
            assert SECRET not in str(found)


def test_making_folders(raced: Files) -> None:
    for number in range(TRIES):
        raced.result("create_directory", path=f"raced/folder{number}")


def test_moving_and_copying(raced: Files, top: Path) -> None:
    for number in range(TRIES // 3):
        raced.result("move_file", source="raced/f", destination=f"copy{number}", copy=True)
        raced.result("move_file", source="leaf", destination=f"leaf{number}", copy=True)
        raced.result("move_file", source="raced/f", destination=f"moved{number}")
        raced.result("move_file", source=f"moved{number}", destination="raced/f")
    assert SECRET not in own_text(top)


def test_trashing_and_undoing(raced: Files, top: Path) -> None:
    rounds = Rounds(TRIES // 3)
    for _ in rounds:
        change = raced.result("trash", paths=["raced/f"]).get("structuredContent", {}).get("change_id")
        if change:
            rounds.went_through += 1
            for _ in range(20):
                found = raced.result("undo", change_id=change)
                assert SECRET not in str(found)
                if not found.get("isError"):
                    break
    assert SECRET not in own_text(top)


def test_a_closed_folder_within(serve: Serve, top: Path, swap: Swap) -> None:
    (top / "off").mkdir()
    (top / "off/f").write_text(f"{SECRET}\n")
    (top / "open").mkdir()
    (top / "open/f").write_text("harmless\n")
    (top / "one").symlink_to("off")
    (top / "other").symlink_to("open")
    swap(top / "one", top / "other")
    files = serve((top, "write"), (top / "off", "off"))
    rounds = Rounds(TRIES)
    for _ in rounds:
        found = str(files.result("read_file", path="one/f"))
        assert SECRET not in found
        rounds.went_through += "harmless" in found
        assert SECRET not in str(
            files.result("move_file", source="one/f", destination="copy", copy=True, on_exists="trash")
        )
        assert f"1: {SECRET}" not in str(files.result("search_files", query="SECRET", path="one"))
    assert not (top / "copy").exists() or SECRET not in (top / "copy").read_text()
