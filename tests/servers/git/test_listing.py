"""Each changed file is one line, with what is unusual about it."""

from __future__ import annotations

import pytest

from servers.git.entries import Entry
from servers.git.listing import counts, line, listed


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        (Entry("M", "a", "a", "100644", "100644", added=1, removed=2, counted=True), "M +1 -2 a\n"),
        (Entry("R", "b", "a", "100644", "100644", "97", added=0, removed=0, counted=True), "R97 +0 -0 a -> b\n"),
        (Entry("M", "a", "a", "100644", "100755", added=0, removed=0), "M +0 -0 a (mode 100644 → 100755)\n"),
        (Entry("M", "a.png", "a.png", "100644", "100644", counted=True), "M binary a.png\n"),
        (Entry("U", "a", "a", "000000", "000000", added=0, removed=0), "U conflict a\n"),
        (Entry("A", "l\n", "l\n", "000000", "120000", added=1, removed=0), "A +1 -0 l\\x0a (symbolic link)\n"),
        (Entry("M", "sub", "sub", "160000", "160000", added=1, removed=1), "M +1 -1 sub (submodule)\n"),
    ],
)
def test_a_file_as_a_line(entry: Entry, shown: str) -> None:
    assert line(entry) == shown


def test_a_page_takes_what_fits_and_at_least_one() -> None:
    entries = [Entry("M", name, name, "100644", "100644", added=1, removed=1) for name in "abc"]
    page = listed(entries, 20)
    assert (page.shown, page.next) == (2, "c")
    assert listed(entries, 1).shown == 1


def test_counts_leave_out_what_is_not_counted() -> None:
    entries = [Entry("M", "a", "a", "", "", added=2, removed=1), Entry("M", "b", "b", "", "")]
    assert counts(entries) == {"files": "2", "added": "2", "removed": "1"}
