"""A diff is cut into files whatever their names and contents are, and however the output is cut into pieces."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.git.parts import counted, names, parts
from tests.servers.git.conftest import Repo

DIFF = (
    b"diff --git a/a.txt b/a.txt\nindex 1..2 100644\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+diff --git a/x b/x\n"
    b"diff --git a/old b/new\nsimilarity index 90%\nrename from old\nrename to new\n@@ -1 +1 @@\n-rename from x\n+y\n"
    b"diff --git a/link b/link\ndeleted file mode 120000\n--- a/link\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    b"diff --git a/link b/link\nnew file mode 100644\n--- /dev/null\n+++ b/link\n@@ -0,0 +1 @@\n+b\n"
    b"* Unmerged path gone\n"
)


@given(st.lists(st.integers(1, 300), max_size=10))
def test_any_pieces_give_the_same_files(cuts: list[int]) -> None:
    chunks: list[bytes] = []
    at = 0
    for size in cuts:
        chunks.append(DIFF[at : at + size])
        at += size
    found = list(parts([*chunks, DIFF[at:]], 10_000))
    assert [part.path for part in found] == ["a.txt", "new", "link", "gone"]
    assert found[1].old == "old"
    assert b"".join(part.text for part in found) == DIFF
    assert all(part.whole for part in found)


def test_a_long_file_is_given_in_part_at_once() -> None:
    endless = iter([b"diff --git a/a b/a\n@@ -1 +1 @@\n", *[b"+x\n" * 1000] * 3, b"not read yet"])
    part = next(parts(endless, 4000))
    assert not part.whole
    assert len(part.text) == 4000
    assert b"not read yet" in list(endless)


@pytest.mark.parametrize("size", [7, 100, 5000, 100_000])
def test_what_follows_a_long_file_is_not_lost(size: int) -> None:
    whole = b"diff --git a/long b/long\n@@ -1 +1 @@\n" + b"+x\n" * 5000 + DIFF
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    found = list(parts(chunks, 4000))
    assert [(part.path, part.whole) for part in found][:2] == [("long", False), ("a.txt", True)]
    assert b"".join(part.text for part in found[1:]) == DIFF


def test_lines_are_counted_as_git_counts_them(repo: Repo) -> None:
    repo.write("a.txt", "one\n--- two\n+++ three\n@@ -1 +1 @@\nno end")
    repo.write("p.png", b"\x89PNG\0")
    (repo.path / "b.txt").unlink()
    os.symlink("a.txt", repo.path / "b.txt")
    repo.git("add", "-A")
    expected = {}
    for line in repo.text("diff", "--cached", "--numstat").splitlines():
        added, removed, name = line.split("\t")
        expected[name] = None if added == "-" else (int(added), int(removed))
    found = {part.path: counted(part.text) for part in parts([repo.git("diff", "--cached")], 10_000)}
    assert found == expected


ODD_NAMES = [
    "a b",
    'quo"te',
    "tab\t",
    "line\nend",
    "b/ b/x",
    "größe",
    "\udcff\udcfe",
    "back\\slash",
    "\x01",
    " lead",
    "trail ",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_read_from_gits_own_header(name: str, repo: Repo) -> None:
    (repo.path / os.fsdecode(os.fsencode(name))).parent.mkdir(parents=True, exist_ok=True)
    Path(repo.path / name).write_bytes(b"text\n")
    repo.git("add", "-A")
    output = repo.git("-c", "core.quotePath=false", "diff", "--cached")
    assert names(output) == (name, name)
    repo.git("commit", "-qm", "x")
    repo.git("mv", name, "moved")
    assert names(repo.git("-c", "core.quotePath=false", "diff", "--cached", "-M")) == (name, "moved")
