"""A Claude Desktop's configuration, a desktop on which the app runs or not, and the page over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.ui.clients.page import ClientsPage
from app.ui.kit.connecting import Ground
from tests.fakes.clients import StillDesktop, make_bridge, write_config


@pytest.fixture
def desktop() -> StillDesktop:
    return StillDesktop()


@pytest.fixture
def ground(home: str, desktop: StillDesktop, tmp_path: Any) -> Ground:
    return Ground(home, desktop, str(make_bridge(tmp_path)))


@pytest.fixture
def config(guard: Any) -> Any:
    return write_config(guard)


@pytest.fixture
def make_page(services, ground: Ground, qtbot) -> Callable[[], ClientsPage]:
    """The page, opened, after its first look."""

    def end(page: ClientsPage) -> None:
        page.closed()
        page.let_go()

    def make() -> ClientsPage:
        page = ClientsPage(services, ground=ground)
        qtbot.addWidget(page, before_close_func=end)
        page.resize(860, 720)
        page.show()
        page.opened({})
        qtbot.waitUntil(lambda: page.checked.text().startswith("Checked"), timeout=20_000)
        return page

    return make
