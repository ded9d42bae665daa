"""Samples of several rivals, taken in turn in an order shuffled each round, and what may be said of them."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping

import msgspec


class Figure(msgspec.Struct):
    """One row of the table. `limit` is what the figure must not exceed (or, with `at_least`, must reach)."""

    name: str
    ours: float
    unit: str
    comparator: str = ""
    theirs: float | None = None
    ratio: float | None = None
    limit: float | None = None
    of: str = "ratio"
    """Which of the numbers `limit` speaks of: `ratio` or `ours`."""
    at_least: bool = False
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the limit holds; None where there is none."""
        if self.limit is None:
            return None
        number = self.ratio if self.of == "ratio" else self.ours
        if number is None:
            return None
        return number >= self.limit if self.at_least else number <= self.limit


def timed(fn: Callable[[], object]) -> float:
    """Seconds one call of `fn` takes."""
    begun = time.perf_counter()
    fn()
    return time.perf_counter() - begun


def in_turn(rivals: Mapping[str, Callable[[], float]], rounds: int, warmup: int = 1) -> dict[str, list[float]]:
    """`rounds` samples of each rival, interleaved; each rival returns its own sample."""
    samples: dict[str, list[float]] = {name: [] for name in rivals}
    names = list(rivals)
    for number in range(-warmup, rounds):
        random.shuffle(names)
        for name in names:
            sample = rivals[name]()
            if number >= 0:
                samples[name].append(sample)
    return samples


def ratio(samples: Mapping[str, list[float]], ours: str, theirs: str) -> float:
    """The median of the per-round ratios: steady while the machine's speed drifts."""
    return statistics.median(a / b for a, b in zip(samples[ours], samples[theirs], strict=True))


def compare(
    name: str,
    samples: Mapping[str, list[float]],
    ours: str,
    theirs: str,
    limit: float | None,
    unit: str = "ms",
    scale: float = 1e3,
    note: str = "",
) -> Figure:
    """A row that sets our median beside a comparator's of the same run."""
    return Figure(
        name=name,
        ours=statistics.median(samples[ours]) * scale,
        unit=unit,
        comparator=theirs,
        theirs=statistics.median(samples[theirs]) * scale,
        ratio=ratio(samples, ours, theirs),
        limit=limit,
        note=note,
    )


def quantile(samples: list[float], share: float) -> float:
    """The sample below which `share` of all lie."""
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]
