"""The list of changed files is read as git writes it, in pieces of any size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.git.entries import Collector, read

ZERO, ONE = b"0" * 40, b"1" * 40
RAW = (
    b":100644 100755 %b %b M\0a.txt\0" % (ONE, ZERO)
    + b":100644 100644 %b %b R092\0old\0new\xff\0" % (ONE, ONE)
    + b":000000 100644 %b %b A\0pic.png\0" % (ZERO, ONE)
    + b":100644 000000 %b %b D\0:100644 odd\0" % (ONE, ZERO)
)
COUNTS = b"1\t2\ta.txt\0003\t0\t\0old\0new\xff\0-\t-\tpic.png\0000\t9\t:100644 odd\0"
PATCH = b"diff --git a/a.txt b/a.txt\n"


def test_entries_and_their_counts() -> None:
    modified, renamed, binary, deleted = read(RAW + COUNTS).entries
    assert (modified.status, modified.path, modified.added, modified.removed, modified.unhashed) == (
        "M",
        "a.txt",
        1,
        2,
        True,
    )
    assert (modified.old_mode, modified.new_mode) == ("100644", "100755")
    assert (renamed.status, renamed.likeness, renamed.old, renamed.path) == ("R", "92", "old", "new\udcff")
    assert (binary.added, binary.counted, binary.unhashed) == (-1, True, False)
    assert (deleted.path, deleted.removed, deleted.unhashed) == (":100644 odd", 9, False)


def test_what_names_the_state_does_not_depend_on_counts() -> None:
    assert read(RAW + COUNTS).raw == read(RAW).raw == RAW


@given(st.lists(st.integers(1, 400), max_size=12))
def test_any_pieces_give_the_same_list_and_leave_the_patch(cuts: list[int]) -> None:
    output = RAW + COUNTS + b"\0" + PATCH
    collector = Collector()
    at = 0
    for size in [*cuts, len(output)]:
        if collector.feed(output[at : at + size]):
            at += size
            break
        at += size
    assert collector.whole
    assert collector.listing == read(RAW + COUNTS)
    assert collector.rest + output[at:] == PATCH


def test_a_list_without_patches_ends_with_the_output() -> None:
    collector = Collector()
    assert not collector.feed(RAW + COUNTS)
    collector.close()
    assert [entry.path for entry in collector.listing.entries] == ["a.txt", "new\udcff", "pic.png", ":100644 odd"]


@pytest.mark.parametrize(("path", "summarised"), [("a/uv.lock", True), ("x.min.js", True), ("lock.py", False)])
def test_lock_files_and_what_builds_make_is_known(path: str, summarised: bool) -> None:
    (entry,) = read(b":100644 100644 %b %b M\0%b\0" % (ONE, ONE, path.encode())).entries
    assert entry.summarised is summarised
