"""Chosen hunks make a patch that git applies exactly where they belong."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from servers.git.patches import choose, split
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import Repo

LINES = st.lists(st.sampled_from(["same", "x", "y", "{", "}", "", "\r", "-", "+ a", "@@ -1 +1 @@", "\\"]), max_size=40)


def texts() -> st.SearchStrategy[tuple[bytes, bytes]]:
    ends = st.sampled_from(["\n", ""])
    return st.tuples(LINES, LINES, ends, ends).map(
        lambda four: (("\n".join(four[0]) + four[2]).encode(), ("\n".join(four[1]) + four[3]).encode())
    )


@settings(max_examples=60)
@given(texts(), st.data())
def test_hunks_staged_one_after_the_other_and_taken_back_are_the_file(
    repo: Repo, both: tuple[bytes, bytes], data: st.DataObject
) -> None:
    old, new = both
    repo.write("f", old)
    repo.git("add", "f")
    repo.git("commit", "-q", "--allow-empty", "-m", "x")
    repo.write("f", new)
    patch = diff(repo)
    count = len(split(patch)[1])
    if not count:
        return
    first = data.draw(st.lists(st.integers(1, count), min_size=1, unique=True))
    apply(repo, choose(patch, first))
    rest = diff(repo)
    left = len(split(rest)[1])
    if left:
        apply(repo, choose(rest, list(range(1, left + 1))))
    assert repo.git("cat-file", "blob", ":f") == new
    staged = diff(repo, "--cached")
    some = data.draw(st.lists(st.integers(1, len(split(staged)[1])), min_size=1, unique=True))
    apply(repo, choose(staged, some, reverse=True), "-R")
    left = len(split(diff(repo, "--cached"))[1])
    if left:
        apply(repo, choose(diff(repo, "--cached"), list(range(1, left + 1)), reverse=True), "-R")
    assert repo.git("cat-file", "blob", ":f") == old


def diff(repo: Repo, *words: str) -> bytes:
    return repo.git("diff", *words, "--", "f")


def apply(repo: Repo, patch: bytes, *words: str) -> None:
    repo.git("apply", "--cached", "--whitespace=nowarn", *words, "-", stdin=patch)


def test_one_of_equal_hunks_goes_where_it_was(repo: Repo) -> None:
    block = "a\nb\nc\nd\ne\nf\ng\nh\ni\n"
    repo.commit("blocks", f=block * 4)
    repo.write("f", block.replace("d", "D") * 4)
    apply(repo, choose(diff(repo), [3]))
    staged = repo.git("cat-file", "blob", ":f").decode()
    assert staged == block * 2 + block.replace("d", "D") + block


def test_a_file_s_mode_is_part_of_no_hunk(repo: Repo) -> None:
    repo.commit("f", f="1\n")
    repo.write("f", "2\n").chmod(0o755)
    apply(repo, choose(diff(repo), [1]))
    assert repo.text("ls-files", "--stage", "f").startswith("100644 ")


@pytest.mark.parametrize(
    ("patch", "numbers", "words"),
    [
        (b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", [2], "There is no hunk 2: the file has 1"),
        (b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", [0], "There is no hunk 0"),
        (b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", [-1], "There is no hunk -1"),
        (b"diff --git a/f b/f\nBinary files a/f and b/f differ\n", [1], "no hunks to choose from"),
        (b"diff --git a/f b/f\nold mode 100644\nnew mode 100755\n", [1], "no hunks to choose from"),
        (b"diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", [1], "no hunks"),
        (b"", [1], "no hunks"),
        (b"@@ nonsense\n", [1], "cannot be read"),
    ],
)
def test_what_cannot_be_chosen_is_said(patch: bytes, numbers: list[int], words: str) -> None:
    with pytest.raises(ToolError, match=words):
        choose(patch, numbers)
