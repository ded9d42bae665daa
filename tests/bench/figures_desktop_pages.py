"""How long a page takes from the wish to its picture, first visits and later ones, in a small home and in a very large one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.bench.desk import Desk, desk
from tests.bench.figures_desktop_start import environment
from tests.bench.ground import Ground
from tests.bench.measure import Figure, quantile
from tests.bench.million import million
from tests.fakes.x_session import x_session

PAGES = ("activity", "folders", "servers", "secrets", "clients", "settings", "home")
FOLDERS = 10_000
STARTS = 5
LATER = 10


def pages(ground: Ground) -> Iterator[Figure]:
    """First and later visits; beside each by the clock the processor time of Qt's thread, which a busy machine leaves alone."""
    yield from visits(ground, "", ground.home)
    yield from visits(ground, " of a large home", large(ground))


def large(ground: Ground) -> Path:
    """A home of 10,000 folders and a million calls."""
    home, folder = million(ground.scratch / "million"), ground.scratch / "many"
    if not (folder / f"f{FOLDERS - 1:05}").exists():
        for number in range(FOLDERS):
            (folder / f"f{number:05}").mkdir(parents=True, exist_ok=True)
    access = ("read", "ask", "write", "off")
    rows = [
        f'[[folders]]\npath = "{folder}/f{number:05}"\naccess = "{access[number % 4]}"\n' for number in range(FOLDERS)
    ]
    (home / "doorkeep.toml").write_text("".join(rows))
    return home


def visits(ground: Ground, where: str, home: Path) -> Iterator[Figure]:
    """Each page for the first time in a fresh program, then again and again."""
    first: dict[str, list[list[float]]] = {page: [] for page in PAGES}
    later: dict[str, list[list[float]]] = {page: [] for page in PAGES}
    stalls: dict[str, list[list[float]]] = {page: [] for page in PAGES}
    with ground.gateway(home), x_session() as session:
        for _ in range(STARTS):
            with desk(os.fspath(home), environment(ground, session)) as app:
                walk(app, first, later, stalls)
    for page in PAGES:
        for what, taken in (("first", first[page]), ("later", later[page])):
            wall, spent = ([sample[which] for sample in taken] for which in (0, 1))
            note = f"processor time {quantile(spent, 0.5):.0f}, worst {max(spent):.0f}"
            yield Figure(f"page {page}{where}, {what} visit", quantile(wall, 0.5), "ms", limit=50, of="ours", note=note)
        wall, spent = ([sample[which] for sample in stalls[page]] for which in (0, 1))
        note = f"processor time {quantile(spent, 0.5):.0f}"
        yield Figure(
            f"page {page}{where}, filling stalls for", quantile(wall, 0.5), "ms", limit=50, of="ours", note=note
        )


def walk(
    app: Desk,
    first: dict[str, list[list[float]]],
    later: dict[str, list[list[float]]],
    stalls: dict[str, list[list[float]]],
) -> None:
    """Through all pages, waiting each time until nothing moves."""
    app.do("switch", "home")
    app.do("settle")
    app.do("watch")
    for page in PAGES[:-1]:
        app.do("worst")
        first[page].append(app.do("switch", page))
        app.do("worst")
        app.do("settle")
        stalls[page].append(app.do("worst"))
    for number in range(LATER):
        for page in PAGES:
            later[page].append(app.do("switch", page))
            if number == 0:
                app.do("settle")
    first["home"] = first["home"] or [later["home"][0]]
    stalls["home"] = stalls["home"] or [[0.0, 0.0]]
