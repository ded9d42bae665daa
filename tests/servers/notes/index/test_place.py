"""Index files lie outside of every vault, one for each way in which a vault may be seen."""

from __future__ import annotations

import os
from pathlib import Path

from servers.notes.index import place
from servers.runtime.call import Call
from servers.runtime.wire import Policy
from tests.servers.notes.conftest import MakeCall


def test_the_index_lies_in_the_folder_that_was_given(call: Call, vault: Path, tmp_path: Path) -> None:
    assert os.path.dirname(place.file_for(call.folders, str(vault))) == str(tmp_path / "index")


def test_without_a_folder_it_lies_in_the_accounts_cache() -> None:
    place.place.folder = ""
    assert place.folder().startswith(os.path.expanduser("~"))


def test_beside_the_undo_store_where_there_is_one(tmp_path: Path) -> None:
    place.confining.confine, kept = (lambda policy, undo: None), place.confining.confine  # type: ignore[assignment]
    try:
        place.confine(Policy(1), str(tmp_path / "undo"))
    finally:
        place.confining.confine = kept
    assert place.folder() == str(tmp_path / "undo" / "index")


def test_a_narrower_grant_has_an_index_of_its_own(make_call: MakeCall, vault: Path) -> None:
    wide = make_call((vault, "read"))
    narrow = make_call((vault, "read"), (vault / "shut", "off"))
    assert place.file_for(wide.folders, str(vault)) != place.file_for(narrow.folders, str(vault))


def test_the_right_to_change_makes_no_other_index(make_call: MakeCall, vault: Path) -> None:
    one, other = make_call((vault, "read")), make_call((vault, "write"))
    assert place.file_for(one.folders, str(vault)) == place.file_for(other.folders, str(vault))


def test_an_index_that_nobody_used_for_long_goes(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    for name in ("old.db", "old.db-wal", "new.db", "other.txt"):
        (folder / name).write_text("x")
    os.utime(folder / "old.db", (1, 1))
    place.tidy()
    assert sorted(path.name for path in folder.iterdir()) == ["new.db", "other.txt"]
