"""Which of two releases is the older one. Who cannot tell takes neither for older: nobody is ever asked to leave by mistake."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    from typing import Any


def order(release: Any) -> tuple[int, ...]:
    """A release as numbers that compare as releases do: `1.2.0` before `1.10.0`, `1.2.0rc1` before `1.2.0`; empty for no release."""
    parts = release.split(".") if isinstance(release, str) and len(release) <= 60 else []
    if len(parts) < 2:
        return ()
    numbers: list[int] = []
    final = 1
    for part in parts:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits or not final:
            return (*_filled(numbers), 0) if numbers else ()
        numbers.append(int(digits))
        if digits != part:
            final = 0
    return (*_filled(numbers), final)


def _filled(numbers: list[int]) -> list[int]:
    return [*numbers, 0, 0, 0, 0][:4]


def is_older(one: Any, other: Any) -> bool:
    """Whether `one` is an earlier release than `other`; False where either is no release."""
    first, second = order(one), order(other)
    return bool(first and second) and first < second
