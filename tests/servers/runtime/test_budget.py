from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.budget import Budget, clip


@given(st.lists(st.text(max_size=30)), st.integers(min_value=0, max_value=100))
def test_a_result_is_a_beginning_of_its_parts_and_never_larger(parts: list[str], most: int) -> None:
    budget = Budget(most)
    taken = [budget.add(part) for part in parts]
    assert len(budget.close()) <= most
    assert budget.close() == "".join(parts[: len(budget)])
    assert taken == [True] * len(budget) + [False] * (len(parts) - len(budget))


def test_room_is_kept_for_the_end() -> None:
    budget = Budget(10)
    budget.reserve(4)
    assert not budget.add("1234567")
    assert budget.close("more") == "more"


def test_clipping_says_how_much_is_missing() -> None:
    assert clip("abc", 3) == "abc"
    assert clip("a" * 2500, 1000) == "a" * 1000 + "… (1,500 more characters)"
