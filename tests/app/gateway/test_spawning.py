from __future__ import annotations

from app.gateway import spawning


def test_every_kind_of_system_offers_the_same() -> None:
    assert all(callable(getattr(spawning, name)) for name in spawning.__all__)
