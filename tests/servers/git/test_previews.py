"""A preview shows the diff, bounded, and nothing of what is closed."""

from __future__ import annotations

import pytest

from servers.git import previews
from servers.git.repository import find
from servers.runtime.call import Call
from tests.servers.git.conftest import Repo


def test_the_diff_is_shown_without_what_is_closed(call: Call, repo: Repo) -> None:
    repo.commit("more", __env="A=1\n")
    repo.write("a.txt", "changed\n")
    repo.write(".env", "A=hidden\n")
    text = previews.diff(call, find(call, str(repo.path)), [], [b"a.txt", b".env"])
    assert "+changed" in text
    assert "hidden" not in text
    assert "Left out: 1 file that" in text


def test_it_is_bounded_in_files_and_bytes(call: Call, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("a.txt", "x\n" * 100_000)
    repo.write("b.txt", "y\n")
    text = previews.diff(call, find(call, str(repo.path)), [], [b"a.txt"])
    assert len(text) < previews.MOST_BYTES + 100
    assert text.endswith("… (the diff goes on)")
    monkeypatch.setattr(previews, "MOST_FILES", 1)
    assert "… and 1 more file" in previews.diff(call, find(call, str(repo.path)), [], [b"b.txt", b"a.txt"])


def test_paths_are_listed_up_to_a_number() -> None:
    assert previews.listed([b"a", b"caf\xe9", b"c"], 2) == "  a\n  caf\\xe9\n  … and 1 more"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert previews.shown_text(b"caf\xe9\n") == "caf\N{REPLACEMENT CHARACTER}"
