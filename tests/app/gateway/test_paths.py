"""Path arguments become places: absolute, normalised, links looked at where they matter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.paths import BadPathError, Place, absolute, place_of, places_of
from servers.runtime import wire


def grants(*paths: object) -> wire.Grants:
    return wire.Grants(tuple(wire.Folder(str(path), "write") for path in paths))


def test_an_absolute_path_in_a_granted_folder_is_taken_as_written(folder: Path) -> None:
    assert place_of(f"{folder}/report.md", "", grants(folder), changes=False) == Place(f"{folder}/report.md")


@pytest.mark.parametrize("written", ["~", "~/x"])
def test_a_tilde_is_the_accounts_home(guard: Path, written: str) -> None:
    assert absolute(written, "") == str(guard) + written[1:]


def test_another_users_home_is_no_tilde_path() -> None:
    assert absolute("~root/x", "/w") == "/w/~root/x"


def test_a_relative_path_needs_a_single_folder() -> None:
    assert absolute("a/b", "/w") == "/w/a/b"
    with pytest.raises(BadPathError, match="relative"):
        absolute("a/b", "")


@pytest.mark.parametrize("text", ["", "a\0b", "/" + "x" * 5000, "/\ud800"])
def test_what_no_file_system_takes_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadPathError):
        absolute(text, "/w")


@pytest.mark.parametrize(
    ("written", "path"), [("/w//a/./b/", "/w/a/b"), ("//w/a", "/w/a"), ("/w/a/../b", "/w/b"), ("/../w/a", "/w/a")]
)
def test_spellings_of_one_path_are_one_place(written: str, path: str) -> None:
    assert place_of(written, "", grants("/w"), changes=False).path == path


def test_where_the_path_as_written_is_not_granted_links_are_followed(tmp_path: Path) -> None:
    tmp_path = tmp_path.resolve()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = place_of(f"{tmp_path}/link/new/file", "", grants(tmp_path / "real"), changes=False)
    assert found == Place(f"{tmp_path}/link/new/file", f"{tmp_path}/real/new/file")


def test_a_change_looks_where_the_folders_links_lead_but_not_the_last_one(tmp_path: Path) -> None:
    tmp_path = tmp_path.resolve()
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "file").symlink_to(tmp_path / "out" / "secret")
    assert place_of(f"{tmp_path}/in/folder/x", "", grants(tmp_path / "in"), changes=True).real == f"{tmp_path}/out/x"
    assert place_of(f"{tmp_path}/in/file", "", grants(tmp_path / "in"), changes=True).real == f"{tmp_path}/in/file"


def test_dots_behind_a_link_are_judged_by_where_they_really_lead(tmp_path: Path) -> None:
    tmp_path = tmp_path.resolve()
    (tmp_path / "in").mkdir()
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out" / "deep")
    found = place_of(f"{tmp_path}/in/link/../secret", "", grants(tmp_path / "in"), changes=False)
    assert found.real == f"{tmp_path}/out/secret"


@pytest.mark.parametrize(("value", "count"), [("/w/a", 1), (["/w/a", "/w/b"], 2), ([], 0), (3, 0), ({"a": 1}, 0)])
def test_an_argument_may_be_a_path_or_a_list_of_paths(value: object, count: int) -> None:
    assert len(places_of(value, "", grants("/w"), changes=False)) == count


def test_too_many_paths_are_refused() -> None:
    with pytest.raises(BadPathError, match="split"):
        places_of(["/w/a"] * 10_001, "", grants("/w"), changes=False)


@given(st.text(max_size=40), st.booleans())
def test_any_text_gives_a_normalised_absolute_place_or_a_refusal(text: str, changes: bool) -> None:
    try:
        found = place_of(text, "/w", grants("/w"), changes)
    except BadPathError:
        return
    assert os.path.isabs(found.path)
    assert os.path.normpath(found.path) == found.path
    assert not found.path.startswith("//")
    assert ".." not in found.path.split("/")
