"""Whatever becomes of a file is noticed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.ui.kit.file_notice import FileNotice

LONG = 20_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "doorkeep.toml"
    made.write_text("one\n")
    return made


@pytest.fixture
def notice(path: Path, qapp) -> Iterator[FileNotice]:
    made = FileNotice(str(path))
    yield made
    made.end()


def replace(path: Path) -> None:
    (path.parent / "new").write_text("other\n")
    os.replace(path.parent / "new", path)


def write(path: Path) -> None:
    path.write_text("other\n")


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("change", [write, replace, remove])
def test_a_change_of_any_kind_is_noticed(change: Callable[[Path], None], notice: FileNotice, path: Path, qtbot) -> None:
    with qtbot.waitSignal(notice.noticed, timeout=LONG):
        change(path)


def test_a_file_that_is_replaced_and_then_written_in_place_is_noticed_each_time(
    notice: FileNotice, path: Path, qtbot
) -> None:
    for change in (replace, replace, write):
        with qtbot.waitSignal(notice.noticed, timeout=LONG):
            change(path)
        qtbot.wait(50)  # what one change still has to tell must not count for the next


def test_after_its_end_nothing_is_noticed(notice: FileNotice, path: Path, qtbot) -> None:
    heard: list[bool] = []
    notice.noticed.connect(lambda: heard.append(True))
    notice.end()
    notice.end()
    write(path)
    qtbot.wait(50)
    assert heard == []
