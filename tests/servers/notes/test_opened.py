"""A note is read through the safe door, with the etag that changes expect."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.notes.opened import open_note, quoted
from servers.notes.vaults import NotePath, Vault
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.etag import etag
from servers.runtime.safe.words import NotFoundError, RefusedError
from tests.servers.notes.conftest import MakeCall, write


def place(vault: Path, path: str) -> NotePath:
    return NotePath(Vault(vault.name, str(vault)), path)


@pytest.mark.parametrize("size", [10, 2_000_000])
def test_the_etag_is_the_one_that_changes_expect(call: Call, vault: Path, size: int) -> None:
    write(vault, {"a.md": "x" * size})
    fd = os.open(vault / "a.md", os.O_RDONLY)
    try:
        assert open_note(call, place(vault, "a.md")).etag == etag(fd, os.fstat(fd))
    finally:
        os.close(fd)


def test_an_attachment_is_never_read_as_text(call: Call, vault: Path) -> None:
    write(vault, {"a.png": "x"})
    with pytest.raises(ToolError, match="attachment"):
        open_note(call, place(vault, "a.png"))


def test_what_is_not_there_or_closed_is_refused(make_call: MakeCall, vault: Path) -> None:
    write(vault, {"shut/a.md": "x"})
    call = make_call((vault, "read"), (vault / "shut", "off"))
    with pytest.raises(RefusedError):
        open_note(call, place(vault, "shut/a.md"))
    with pytest.raises(NotFoundError):
        open_note(call, place(vault, "b.md"))


def test_a_link_out_of_the_vault_is_refused(call: Call, vault: Path, tmp_path: Path) -> None:
    write(tmp_path, {"outside.md": "secret"})
    (vault / "a.md").symlink_to(tmp_path / "outside.md")
    with pytest.raises(ToolError):
        open_note(call, place(vault, "a.md"))


@pytest.mark.parametrize(
    ("content", "text"), [(b"a", "utf-8"), (b"a\xff", "not-utf-8"), ("a\u00e9".encode("utf-16"), "utf-16")]
)
def test_how_a_note_is_written_is_told(call: Call, vault: Path, content: bytes, text: str) -> None:
    write(vault, {"a.md": content})
    assert open_note(call, place(vault, "a.md")).text == text


def test_values_of_a_header_stay_one_word() -> None:
    assert (quoted("a.md"), quoted("a b.md"), quoted('"x')) == ("a.md", '"a b.md"', '"\\"x"')
