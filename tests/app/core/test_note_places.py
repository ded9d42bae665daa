"""Where notes lie: what Obsidian's own list says, if it says anything that is there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.core.note_places import MOST_VAULTS, notes_folder, obsidian_vaults


def listed(account: Path, text: str, name: str = ".config/obsidian/obsidian.json") -> None:
    file = account / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_folder_for_notes_lies_among_the_documents_and_is_not_made(guard: Path) -> None:
    assert notes_folder() == str(guard / "Documents/Notes")
    assert not os.path.exists(notes_folder())


@pytest.mark.parametrize(
    "name",
    [
        ".config/obsidian/obsidian.json",
        ".var/app/md.obsidian.Obsidian/config/obsidian/obsidian.json",
        "Library/Application Support/obsidian/obsidian.json",
    ],
)
def test_vaults_are_found_that_exist_the_latest_first(guard: Path, name: str) -> None:
    for vault in ("one", "two"):
        (guard / vault).mkdir()
    vaults = {"a": {"path": str(guard / "one"), "ts": 1}, "b": {"path": str(guard / "two"), "ts": 2, "open": True}}
    gone = {"c": {"path": str(guard / "gone"), "ts": 3}, "d": {"path": str(guard)}, "e": {"path": "relative"}}
    listed(guard, json.dumps({"vaults": {**vaults, **gone}, "other": 1}), name)
    assert obsidian_vaults() == [str(guard / "two"), str(guard / "one")]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"vaults": [1]}', '{"vaults": {"a": {"path": 3}}}', "{}"])
def test_a_list_that_cannot_be_read_is_passed_over(guard: Path, text: str) -> None:
    listed(guard, text)
    assert obsidian_vaults() == []


def test_there_are_never_too_many(guard: Path) -> None:
    for number in range(MOST_VAULTS + 5):
        (guard / str(number)).mkdir()
    vaults = {str(number): {"path": str(guard / str(number)), "ts": number} for number in range(MOST_VAULTS + 5)}
    listed(guard, json.dumps({"vaults": vaults}))
    assert len(obsidian_vaults()) == MOST_VAULTS
