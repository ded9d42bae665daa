"""What is owed keeps a process busy; what lasts only keeps it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from app.gateway.owing import Owed
from tests.fakes.door import HandChild


@pytest.mark.parametrize(("lasting", "counts"), [(False, (1, 0)), (True, (0, 1))])
def test_a_process_is_not_idle_while_it_owes_something(lasting: bool, counts: tuple[int, int]) -> None:
    child = HandChild("other")
    owed = Owed(cast("Any", None), "tools/call", {}, modern=True, lasting=lasting)
    owed.count(child, 1)
    assert (child.in_flight, child.held) == counts
    owed.count(child, -1)
    assert (child.in_flight, child.held) == (0, 0)
    owed.count(None, -1)
