"""The names of a vault are those of the files on disk now."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.notes import catalog
from servers.notes.index.place import place
from servers.notes.index.watching import Watch
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
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


def test_where_no_index_can_be_kept_names_are_known_all_the_same(call: Call, vault: Path, tmp_path: Path) -> None:
    write(vault, {"in/Budget.md": ""})
    (tmp_path / "file").write_text("x")
    place.folder = str(tmp_path / "file")
    assert catalog.names(call, str(vault)).named("budget.md") == ["in/Budget.md"]
    assert catalog.alike(call, str(vault), "Bugdet") == ["in/Budget.md"]
    with pytest.raises(ToolError, match="cannot be kept"):
        catalog.linking_to(call, str(vault), "in/Budget.md")


def test_who_links_to_a_file_is_known_with_every_edit(call: Call, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "start", lambda self: False)
    write(vault, {"a.md": "[[B]] [[in/B.md]]", "in/B.md": "", "c.md": "nothing", "d.md": "`[[B]]`"})
    assert catalog.linking_to(call, str(vault), "in/B.md") == [("a.md", "B"), ("a.md", "in/B.md")]
    write(vault, {"c.md": "[[B|edited in place]]"})
    assert ("c.md", "B") in catalog.linking_to(call, str(vault), "in/B.md", thorough=True)
