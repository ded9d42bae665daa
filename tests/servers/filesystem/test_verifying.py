import os
from pathlib import Path

import pytest

from servers.filesystem import ripgrep, verifying
from servers.filesystem.verifying import Line
from servers.runtime.call import Call
from tests.servers.conftest import MakeCall

QUERY = ripgrep.matching("needle", regex=False, case="smart")


def test_lines_come_from_the_opened_files_in_their_order(call: Call, top: Path) -> None:
    for name in ("b", "a"):
        (top / name).write_text(f"x\nneedle {name}\n")
    found = list(verifying.lines(call, ["b", "a"], lambda path: str(top / path), QUERY, context=1, most=5))
    assert [(one.path, one.real, one.count) for one in found] == [("b", str(top / "b"), 1), ("a", str(top / "a"), 1)]
    assert found[0].lines == [Line(1, "x", False), Line(2, "needle b", True)]


def test_numbers_are_counted_anew(call: Call, top: Path) -> None:
    (top / "a").write_text("needle\nneedle needle\n")
    (top / "b").write_text("nothing\n")
    paths = [str(top / "a"), str(top / "b")]
    assert [(one.path, one.count) for one in verifying.counts(call, paths, str, QUERY, only_files=False)] == [
        (paths[0], 2)
    ]
    assert [(one.path, one.count) for one in verifying.counts(call, paths, str, QUERY, only_files=True)] == [
        (paths[0], 1)
    ]


def test_what_was_nominated_falsely_is_dropped(make_call: MakeCall, top: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("needle\n")
    (top / "off").mkdir()
    (top / "off/f").write_text("needle\n")
    (top / "link").symlink_to(tmp_path / "out")
    (top / ".env").write_text("needle\n")
    (top / "binary").write_bytes(b"needle\0\n")
    os.mkfifo(top / "pipe")
    (top / "folder").mkdir()
    call = make_call((top, "write"), (top / "off", "off"))
    paths = [
        str(tmp_path / "out"),
        *(str(top / name) for name in ("off/f", "link", ".env", "binary", "pipe", "folder", "gone")),
    ]
    assert list(verifying.lines(call, paths, str, QUERY, context=0, most=5)) == []
    assert list(verifying.counts(call, paths, str, QUERY, only_files=False)) == []


def test_more_files_than_a_batch_are_all_looked_at(call: Call, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 3)
    for number in range(10):
        (top / f"f{number}").write_text("needle\n")
    paths = [str(top / f"f{number}") for number in range(10)]
    list(verifying.lines(call, paths, str, QUERY, context=0, most=5))
    before = len(os.listdir("/proc/self/fd"))
    assert [one.path for one in verifying.lines(call, paths, str, QUERY, context=0, most=5)] == paths
    assert len(os.listdir("/proc/self/fd")) == before


def test_without_names_for_descriptors_each_file_is_given_as_input(
    call: Call, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ripgrep, "DESCRIPTORS", "")
    for name in ("a", "b", "c"):
        (top / name).write_text("x\nneedle\n" if name != "b" else "x\n")
    paths = [str(top / name) for name in "abc"]
    found = list(verifying.lines(call, paths, str, QUERY, context=0, most=5))
    assert [(one.path, one.lines) for one in found] == [
        (paths[0], [Line(2, "needle", True)]),
        (paths[2], [Line(2, "needle", True)]),
    ]
    assert [one.path for one in verifying.counts(call, paths, str, QUERY, only_files=True)] == [paths[0], paths[2]]
