"""This computer gets the best way of opening it has."""

from __future__ import annotations

import pytest

from servers.runtime.safe import linux, system, walk


def test_a_kernel_with_openat2_uses_it() -> None:
    assert system.chosen() is (linux if linux.available() else walk)


def test_a_kernel_without_openat2_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linux, "available", lambda: False)
    assert system.chosen() is walk


def test_both_ways_offer_the_same_functions() -> None:
    for name in ("LOOK", "open_root", "open_beneath", "real_path", "reopen"):
        assert hasattr(linux, name)
        assert hasattr(walk, name)
