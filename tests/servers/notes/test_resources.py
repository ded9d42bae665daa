"""Notes as resources, and the completion of what names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.notes import resources
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import NotFoundError
from tests.servers.notes.conftest import write


@pytest.fixture
def full(call: Call, vault: Path) -> Call:
    write(vault, {"Home.md": "one\r\n#Work", "in/Plan.md": "#work/deep", "in/Home.md": "#play", "pic.png": "x"})
    return call


def test_a_note_is_read_whole(full: Call) -> None:
    found = resources.read(full, "Vault", "Home.md")
    assert (found.text, found.mime_type) == ("one\n#Work", "text/markdown")


@pytest.mark.parametrize(("name", "path"), [("Other", "Home.md"), ("Vault", "a/../Home.md"), ("Vault", "No.md")])
def test_what_is_not_there_is_not_found(full: Call, name: str, path: str) -> None:
    with pytest.raises(NotFoundError):
        resources.read(full, name, path)


def test_an_attachment_is_no_resource(full: Call) -> None:
    with pytest.raises(ToolError, match="attachment"):
        resources.read(full, "Vault", "pic.png")


def test_a_note_that_is_too_large_is_refused_not_cut(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "x" * (resources.MAX_BYTES + 1)})
    with pytest.raises(ToolError, match="read_note"):
        resources.read(call, "Vault", "a.md")


def test_the_notes_that_changed_last_are_listed(full: Call) -> None:
    found = resources.listed(full)
    assert sorted(one.uri for one in found) == [
        "note://Vault/Home.md",
        "note://Vault/in/Home.md",
        "note://Vault/in/Plan.md",
    ]


def test_vaults_paths_titles_and_tags_are_completed(full: Call) -> None:
    assert resources.complete_vault(full, "va", {}) == ["Vault"]
    assert sorted(resources.complete_path(full, "in/", {"vault": "Vault"})) == ["in/Home.md", "in/Plan.md"]
    assert resources.complete_path(full, "pl", {}) == ["in/Plan.md"]
    assert resources.complete_note(full, "pla", {}) == ["Plan"]
    assert sorted(resources.complete_note(full, "ho", {})) == ["Home.md", "in/Home.md"]
    assert resources.complete_tag(full, "#wo", {}) == ["Work", "work/deep"]
