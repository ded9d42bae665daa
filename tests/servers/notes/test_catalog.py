"""The names of a vault are those of the files on disk now."""

from __future__ import annotations

from pathlib import Path

from servers.notes import catalog
from servers.runtime.call import Call
from tests.servers.notes.conftest import write


def test_new_and_renamed_files_are_known_at_once(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "", "in/b.md": ""})
    assert catalog.names(call, str(vault)).named("b.md") == ["in/b.md"]
    (vault / "in" / "b.md").rename(vault / "c.md")
    names = catalog.names(call, str(vault))
    assert (names.named("b.md"), names.named("c.md")) == ([], ["c.md"])


def test_hidden_folders_have_no_names(call: Call, vault: Path) -> None:
    write(vault, {".trash/old.md": "", ".obsidian/x.md": ""})
    names = catalog.names(call, str(vault))
    assert (names.named("old.md"), names.named("x.md")) == ([], [])


def test_names_like_another_are_offered(call: Call, vault: Path) -> None:
    write(vault, {"Budget 2026.md": "", "Other.md": ""})
    assert catalog.alike(call, str(vault), "Buget 2026") == ["Budget 2026.md"]
