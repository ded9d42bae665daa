"""A person's folders, a Claude Desktop that was never connected, and the first run over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.ui.kit.connecting import Ground
from app.ui.setup.window import SetupWindow
from tests.fakes.clients import StillDesktop, make_bridge, write_config


@pytest.fixture
def account(guard: Path) -> Path:
    for name in ("Documents", "Downloads", "Projects"):
        (guard / name).mkdir()
    return guard


@pytest.fixture
def config(guard: Path) -> Path:
    return write_config(guard)


@pytest.fixture
def desktop() -> StillDesktop:
    return StillDesktop()


@pytest.fixture
def ground(home: str, desktop: StillDesktop, tmp_path: Path) -> Ground:
    return Ground(home, desktop, str(make_bridge(tmp_path)))


@pytest.fixture
def window(services, ground: Ground, account: Path, config: Path, qtbot) -> SetupWindow:
    made = SetupWindow(services, ground)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: len(made.folders.rows) == 4, timeout=20_000)
    return made
