"""The desktop app in an X session of its own, with a real gateway: start, hidden, page switches, live rows, the log of a million calls."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from tests.bench import (
    figures_desktop_hidden,
    figures_desktop_live,
    figures_desktop_log,
    figures_desktop_pages,
    figures_desktop_start,
)
from tests.bench.ground import Ground
from tests.bench.measure import Figure
from tests.fakes.x_session import missing

PARTS: dict[str, Callable[[Ground], Iterator[Figure]]] = {
    "desktop-start": figures_desktop_start.starts,
    "desktop-hidden": figures_desktop_hidden.hidden,
    "desktop-live": figures_desktop_live.live,
    "desktop-log": figures_desktop_log.log,
    "desktop-pages": figures_desktop_pages.pages,
}


def part(name: str) -> Callable[[Ground], Iterator[Figure]]:
    """One of the parts; nothing where there is no X session to be had."""

    def figures(ground: Ground) -> Iterator[Figure]:
        if missing():
            print(f"no figures of the desktop: {', '.join(missing())} not installed", file=sys.stderr)
            return
        yield from PARTS[name](ground)

    return figures


def desktop(ground: Ground) -> Iterator[Figure]:
    """All parts."""
    for name in PARTS:
        yield from part(name)(ground)
