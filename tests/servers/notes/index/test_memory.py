"""Memory goes back to the system where its C library can do that."""

from __future__ import annotations

import sys

from servers.notes.index.memory import give_back


def test_it_does_no_harm() -> None:
    assert give_back() is (sys.platform == "linux") or not give_back()
