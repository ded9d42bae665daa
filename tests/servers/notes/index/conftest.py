"""An index over the test's vault, and short words for asking it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.notes.index import asking, finding
from servers.notes.index.finding import Wanted
from servers.notes.index.keeping import Keeper, keeper_of
from servers.runtime.call import Call

BOUND = 20.0


class Index:
    """The index of `vault` for one call."""

    def __init__(self, call: Call, vault: Path) -> None:
        self.call = call
        self.vault = vault

    @property
    def keeper(self) -> Keeper:
        return keeper_of(self.call, str(self.vault))

    def refresh(self) -> Keeper:
        """As a call does before it answers; the first making is waited for."""
        keeper = self.keeper
        keeper.refresh(self.call)
        assert keeper.wait(self.call, BOUND)
        return keeper

    def claims(self, query: str, **wanted: object) -> list[str]:
        """Paths that the index gives for a query, unchecked, in order."""
        asked = asking.ask(query)
        return [
            hit.path
            for hit in self.keeper.ask(
                self.call,
                lambda db: finding.find(db, asked, Wanted(**wanted), 100).hits,  # type: ignore[arg-type]
            )
        ]

    def find(self, query: str, **wanted: object) -> list[str]:
        """The same after a refresh."""
        self.refresh()
        return self.claims(query, **wanted)


@pytest.fixture
def index(call: Call, vault: Path) -> Index:
    return Index(call, vault)


def until(condition: Callable[[], object]) -> None:
    """Wait for what another thread or process does; fails after BOUND."""
    end = time.monotonic() + BOUND
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.005)
