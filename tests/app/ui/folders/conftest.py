"""A Folders page on a real settings file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.folders import shown
from app.ui.folders.page import FoldersPage
from app.ui.kit.services import Services

LONG = 20_000


@pytest.fixture
def make_page(services: Services, qtbot, link) -> Iterator[Callable[..., FoldersPage]]:
    """Makes the page, opens it, and waits until it has read the settings."""
    made: list[FoldersPage] = []
    link.answers["settings"] = {"generation": 2, "error": None}

    def make(arguments: dict[str, str] | None = None, **more) -> FoldersPage:
        page = FoldersPage(services, **more)
        qtbot.addWidget(page)
        page.resize(840, 720)
        page.show()
        page.opened(arguments or {})
        made.append(page)
        qtbot.waitUntil(lambda: page.looked is not None, timeout=LONG)
        return page

    yield make
    for page in made:
        page.closed()


@pytest.fixture
def settings(home: str) -> Callable[[str], Path]:
    """Writes the settings file."""

    def write(text: str) -> Path:
        path = Path(home) / "doorkeep.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def granted(settings: Callable[[str], Path], guard: Path) -> list[Path]:
    """Three folders that exist, granted read, ask and off."""
    found: list[Path] = []
    text = "# mine\n"
    for name, access in (("Documents", "read"), ("Projects/website", "ask"), ("Private", "off")):
        path = guard / name
        path.mkdir(parents=True)
        found.append(path)
        text += f'\n[[folders]]\npath = "{shown(str(path))}"   # {name}\naccess = "{access}"\n'
    settings(text)
    return found
