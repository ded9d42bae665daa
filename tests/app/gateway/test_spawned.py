from __future__ import annotations

import pytest

from app.gateway.spawned import Spawned


def test_a_started_process_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Spawned(1, 2, 3, 4).pid = 5  # type: ignore[misc]
