"""The first page of a huge difference is read as far as it is needed, and no further."""

from __future__ import annotations

import pytest

from servers.git import comparing
from servers.git.comparing import Compared, compare
from servers.git.diff import GitDiff
from servers.git.repository import find
from servers.runtime.call import Call
from tests.servers.git.conftest import Repo, head


def test_git_is_ended_when_the_page_is_full(call: Call, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        repo.write(f"big{number}.txt", "".join(f"line {row} of a big file\n" for row in range(60_000)))
    repo.git("add", "-A")
    read = 0
    original = comparing.stream

    def counted(*args: object, **options: object) -> object:
        nonlocal read
        for chunk in original(*args, **options):  # pyright: ignore[reportArgumentType]
            read += len(chunk)
            yield chunk

    monkeypatch.setattr(comparing, "stream", counted)
    found = find(call)
    asked = Compared(["diff", "--cached"], {"repo": found.path}, [], stat=False, context=3, max_chars=5000)
    text = compare(call, found, asked, "git_diff", GitDiff(staged=True))
    assert head(text)["files"] == "8"
    assert "next" in head(text)
    assert read < 1_000_000
