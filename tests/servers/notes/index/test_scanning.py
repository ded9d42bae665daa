"""Folders looked at anew: what came, went and changed, and what never has a row."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.notes.index.scanning import is_settled, moved_folders
from tests.servers.notes.conftest import MakeCall, write
from tests.servers.notes.index.conftest import Index


def paths(index: Index) -> list[str]:
    sql = "SELECT folders.path || '/' || files.name FROM files JOIN folders ON folders.id = files.folder ORDER BY 1"
    return [path.lstrip("/") for (path,) in index.refresh().ask(index.call, lambda db: db.rows(sql))]


def test_all_files_have_rows_and_what_is_hidden_has_none(index: Index, vault: Path) -> None:
    write(
        vault,
        {"a.md": "", "in/deep/b.md": "", "in/c.png": "", ".hidden/x.md": "", ".dot.md": "", "node_modules/y.md": ""},
    )
    assert paths(index) == ["a.md", "in/c.png", "in/deep/b.md"]


def test_links_are_not_followed(index: Index, vault: Path, tmp_path: Path) -> None:
    write(tmp_path, {"outside/secret.md": "x"})
    (vault / "link.md").symlink_to(tmp_path / "outside" / "secret.md")
    (vault / "links").symlink_to(tmp_path / "outside", target_is_directory=True)
    write(vault, {"a.md": ""})
    assert paths(index) == ["a.md"]


def test_what_is_closed_or_secret_has_no_rows(make_call: MakeCall, vault: Path) -> None:
    write(vault, {"a.md": "", "shut/b.md": "", "in/id_rsa": "", "in/.env": "", "in/c.md": ""})
    call = make_call((vault, "read"), (vault / "shut", "off"))
    assert paths(Index(call, vault)) == ["a.md", "in/c.md"]


def test_a_folder_that_moved_takes_its_files_along(index: Index, vault: Path) -> None:
    write(vault, {"one/in/a.md": "x", "one/b.md": "x"})
    assert paths(index) == ["one/b.md", "one/in/a.md"]
    (vault / "one").rename(vault / "two")
    assert paths(index) == ["two/b.md", "two/in/a.md"]


def test_a_name_that_changes_in_case_alone_is_followed(index: Index, vault: Path) -> None:
    write(vault, {"in/note.md": "x"})
    assert paths(index) == ["in/note.md"]
    (vault / "in" / "note.md").rename(vault / "in" / "Note.md")
    assert paths(index) == ["in/Note.md"]


@pytest.mark.skipif(os.name == "nt", reason="the system has no such names")
def test_odd_names_are_rows_like_others(index: Index, vault: Path) -> None:
    names = ["a#b.md", "c|d.md", "e^f.md", "[g].md", "h:i.md", "j%20k.md", "l'm\".md", "n\u0301.md", "-o.md", "p*?.md"]
    write(vault, dict.fromkeys(names, "x"))
    assert sorted(paths(index)) == sorted(names)


def test_a_name_that_is_no_text_is_left_out(index: Index, vault: Path) -> None:
    write(vault, {"a.md": "x"})
    try:
        Path(os.fsdecode(os.fsencode(vault) + b"/b\xff.md")).write_text("x")
    except OSError:
        return  # a file system that refuses such names
    assert paths(index) == ["a.md"]


def test_only_folders_whose_time_changed_are_looked_at(vault: Path) -> None:
    write(vault, {"in/a.md": "x", "out/b.md": "x"})
    known = [(path, (vault / path).stat().st_mtime_ns) for path in ("", "in", "out")]
    write(vault, {"in/new.md": "x"})
    os.utime(vault / "in", ns=(1, 1))
    assert moved_folders(str(vault), known) == ["in"]
    assert moved_folders(str(vault), [("gone", 5)]) == ["gone"]


@pytest.mark.parametrize(
    ("mtime", "now", "expected"),
    [
        (1_000_000_001, 1_050_000_000, False),
        (1_000_000_001, 1_200_000_000, True),
        (2_000_000_000, 3_000_000_000, False),
        (2_000_000_000, 5_000_000_000, True),
    ],
)
def test_a_time_is_settled_when_the_clock_is_past_its_step(mtime: int, now: int, expected: bool) -> None:
    assert is_settled(mtime, now) is expected
