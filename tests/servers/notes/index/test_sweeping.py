"""A sweep compares every note with its file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.notes.index.sweeping import sweep
from servers.notes.index.watching import Watch
from tests.servers.notes.conftest import write
from tests.servers.notes.index.conftest import Index


def test_only_what_differs_is_read_again(index: Index, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "start", lambda self: False)
    write(vault, {f"in{n % 60}/n{n}.md": "before" for n in range(300)})
    for path in vault.rglob("*.md"):
        os.utime(path, ns=(5_000_000_001, 5_000_000_001))
    keeper = index.refresh()
    for number in (7, 77):
        with (vault / f"in{number % 60}" / f"n{number}.md").open("a") as file:
            file.write(" edited")
    assert sweep(keeper, lambda: None) == 2
    assert sorted(index.claims("edited")) == ["in17/n77.md", "in7/n7.md"]
    assert len(index.claims("before")) == 100
