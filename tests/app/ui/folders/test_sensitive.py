"""The look for files that often hold secrets, held against what the servers refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.ui.folders.sensitive import glob_of, look, namesakes, why
from servers.runtime.safe import patterns
from servers.runtime.wire import Folder

NAMES = [
    ".env", "app/.env.local", ".env.example", "id_rsa", "id_rsa.pub", "keys/server.PEM", "notes.md", ".docker/config.json",
    "config.json", ".aws", "deep/down/.netrc", "secrets.yml", "a.key", "Login Data", "my.tfvars", "kubeconfig",
]  # fmt: skip


@pytest.mark.parametrize("inside", NAMES)
def test_the_page_and_the_servers_are_of_one_mind(inside: str) -> None:
    refused = patterns.sensitive(Folder("/d", "read"), f"/d/{inside}")
    assert bool(why(tuple(inside.casefold().split("/")))) == bool(refused)


def test_a_look_finds_them_by_name_with_the_reason(tmp_path: Path) -> None:
    for name in ("app/.env", "id_rsa", "notes/plan.md", ".aws/credentials"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = look(str(tmp_path))
    assert found.whole
    assert sorted(file.inside for file in found.files) == [".aws", "app/.env", "id_rsa"]
    assert all(file.why for file in found.files)


def test_a_look_ends_at_its_bound_and_says_so(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"file {number}").write_text("x")
    assert not look(str(tmp_path), most=10).whole
    assert not look(str(tmp_path), seconds=-1).whole


def test_links_are_not_followed_and_what_is_gone_is_empty(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "loop").symlink_to(tmp_path)
    assert look(str(tmp_path)).whole
    assert look(str(tmp_path / "gone")).files == []


@pytest.mark.parametrize("inside", ["app/.env", ".env", "app/[1].key", "a/what?.pem"])
def test_a_revealed_file_is_open_to_the_servers(inside: str) -> None:
    folder = Folder("/d", "read", reveal=(glob_of(inside),))
    assert patterns.sensitive(folder, f"/d/{inside}") == ""


@pytest.mark.parametrize(("inside", "expected"), [(".env", ""), ("app/.env", "why")])
def test_a_name_at_the_top_reveals_its_namesakes_and_a_path_does_not(inside: str, expected: str) -> None:
    folder = Folder("/d", "read", reveal=(glob_of(inside),))
    assert namesakes(inside) == (expected == "")
    assert bool(patterns.sensitive(folder, "/d/other/.env")) == bool(expected)
