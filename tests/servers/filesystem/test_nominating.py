from pathlib import Path
from typing import Any

import pytest

from servers.filesystem import nominating, ripgrep
from servers.filesystem.nominating import Nominated
from servers.runtime.call import Call
from servers.runtime.safe.opening import open_folder
from tests.servers.conftest import MakeCall


def nominated(call: Call, top: Path, **choices: Any) -> Nominated:
    query = ripgrep.matching("needle", regex=False, case="smart")
    asked = {"globs": [], "hidden": True, "ignored": False, "counting": True, **choices}
    with open_folder(call.folders, str(top)) as opened:
        return nominating.nominate(call, opened, query, **asked)


@pytest.fixture
def tree(top: Path) -> Path:
    for name in ("a", "sub/b", "off/c", "sub/deep/d", ".git/e", "we[i]rd/f"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("needle\nneedle\n")
    return top


def test_files_come_with_their_number_of_lines(call: Call, tree: Path) -> None:
    found = nominated(call, tree)
    assert found.counts == {"a": 2, "sub/b": 2, "off/c": 2, "sub/deep/d": 2, "we[i]rd/f": 2}
    assert (found.lines, found.complete) == (10, True)
    assert set(nominated(call, tree, counting=False).counts.values()) == {1}


def test_folders_that_are_switched_off_are_not_even_searched(make_call: MakeCall, tree: Path) -> None:
    call = make_call((tree, "write"), (tree / "off", "off"), (tree / "we[i]rd", "off"))
    assert sorted(nominated(call, tree).counts) == ["a", "sub/b", "sub/deep/d"]


def test_the_inside_of_a_repository_is_searched_only_with_what_is_ignored(call: Call, tree: Path) -> None:
    assert ".git/e" in nominated(call, tree, ignored=True).counts


@pytest.mark.parametrize("memory", [True, False], ids=["rules handed down", "rules asked afterwards"])
def test_rules_above_the_folder_leave_out_what_they_name(
    call: Call, tree: Path, monkeypatch: pytest.MonkeyPatch, memory: bool
) -> None:
    if not memory:
        monkeypatch.setattr(nominating, "_rules_file", lambda _folders, _top: -1)
    (tree / ".gitignore").write_text("/sub/deep\n")
    assert sorted(nominated(call, tree / "sub").counts) == ["b"]


def test_more_files_than_can_be_told_are_cut_and_said(call: Call, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nominating, "MAX_FILES", 2)
    found = nominated(call, tree)
    assert (len(found.counts), found.complete) == (2, False)


def test_a_name_with_every_special_character_is_taken_literally(call: Call, top: Path) -> None:
    name = "a{b,c}[d]*?!\\e"
    (top / name).mkdir()
    (top / name / "f").write_text("needle\n")
    (top / "abde").mkdir()
    (top / "abde/f").write_text("needle\n")
    assert list(nominated(call, top, globs=[f"!/{nominating.literal(name)}"]).counts) == ["abde/f"]
