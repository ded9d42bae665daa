"""The known servers to choose from."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.core.catalog import catalog
from app.ui.kit.theme import Theme
from app.ui.servers.choosing import CatalogList


@pytest.fixture
def choosing(theme: Theme, qtbot) -> CatalogList:
    made = CatalogList(theme)
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_known_server_can_be_chosen(choosing: CatalogList, qtbot) -> None:
    assert choosing.shown == list(catalog())
    with qtbot.waitSignal(choosing.chosen) as chosen:
        choosing.rows["memory"].click()
    assert chosen.args == [catalog()["memory"]]


def test_a_row_says_what_it_is_and_what_it_needs(choosing: CatalogList) -> None:
    row = choosing.rows["slack-bot"]
    assert row.accessibleName() == "Choose Slack (as a bot)"
    assert "runs on this computer · needs Bot user OAuth token" in row.accessibleDescription()


def test_enter_in_the_search_takes_the_first_that_fits(choosing: CatalogList, qtbot) -> None:
    qtbot.keyClick(choosing.search, Qt.Key.Key_Return)  # nothing was searched for
    choosing.search.setText("jira")
    with qtbot.waitSignal(choosing.chosen) as chosen:
        qtbot.keyClick(choosing.search, Qt.Key.Key_Return)
    assert chosen.args[0].name == "atlassian"


def test_it_opens_with_everything_again(choosing: CatalogList) -> None:
    choosing.search.setText("nothing like it")
    choosing.category.setCurrentIndex(2)
    choosing.begin()
    assert choosing.shown == list(catalog())
    assert not choosing.none.isVisible()


def test_the_other_ways_are_told(choosing: CatalogList, qtbot) -> None:
    for signal, button in (
        (choosing.bundle_wanted, choosing.bundle),
        (choosing.command_wanted, choosing.command),
        (choosing.url_wanted, choosing.url),
    ):
        with qtbot.waitSignal(signal):
            button.click()
