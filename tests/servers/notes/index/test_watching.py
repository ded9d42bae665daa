"""The watch tells of notes and folders, never of what is hidden, and makes no noise when notes are read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from servers.notes.index import watching
from servers.notes.index.watching import Watch
from tests.servers.notes.conftest import write
from tests.servers.notes.index.conftest import until


def test_changes_are_heard_and_reading_is_not(vault: Path) -> None:
    write(vault, {"in/a.md": "x", "in/b.md": "x"})
    heard: list[str] = []
    watch = Watch(str(vault), heard.append)
    assert watch.start()
    try:
        (vault / "in" / "b.md").read_text()
        write(vault, {".obsidian/workspace.json": "{}", "in/a.md": "y"})
        until(lambda: str(vault / "in" / "a.md") in heard)
        assert str(vault / "in" / "b.md") not in heard
        assert not any(".obsidian" in path for path in heard)
    finally:
        watch.stop()


def test_a_rename_tells_of_both_names(vault: Path) -> None:
    write(vault, {"a.md": "x"})
    heard: list[str] = []
    watch = Watch(str(vault), heard.append)
    assert watch.start()
    try:
        (vault / "a.md").rename(vault / "b.md")
        until(lambda: {str(vault / "a.md"), str(vault / "b.md")} <= set(heard))
    finally:
        watch.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one watch covers a whole tree")
def test_a_tree_of_too_many_folders_is_left_to_the_sweep(
    vault: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watching, "MAX_FOLDERS", 5)
    write(vault, {f"in{n}/a.md": "" for n in range(6)})
    assert not Watch(str(vault), lambda path: None).start()
    assert "too many folders" in capfd.readouterr().err


def test_a_vault_that_cannot_be_watched_is_said(tmp_path: Path, capfd: object) -> None:
    assert not Watch(str(tmp_path / "gone"), lambda path: None).start()
