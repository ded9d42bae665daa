"""The contents of the guide, and what a search finds in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.core import guide
from app.ui.help.contents import Contents


@pytest.fixture
def contents(theme, qtbot) -> Contents:
    made = Contents(theme)
    qtbot.addWidget(made)
    made.resize(made.width(), 500)
    made.show()
    return made


def words(contents: Contents) -> list[str]:
    return [contents.rows.item(row).text() for row in range(contents.rows.count())]


def test_it_lists_every_article(contents: Contents) -> None:
    assert words(contents) == [guide.article(name).title for name in guide.TOPICS]


def test_marking_the_article_that_is_read_tells_nobody(contents: Contents, qtbot) -> None:
    with qtbot.assertNotEmitted(contents.picked):
        contents.show_article("undo")
    assert contents.rows.currentItem().text() == "Undo"


def test_a_pick_is_told(contents: Contents, qtbot) -> None:
    with qtbot.waitSignal(contents.picked) as picked:
        contents.rows.setCurrentRow(guide.TOPICS.index("log"))
    assert picked.args == ["log"]


def test_typing_shows_sections_and_return_takes_the_first(contents: Contents, qtbot) -> None:
    qtbot.keyClicks(contents.field, "disk full")
    assert words(contents)[0] == "The disk is full\nTroubleshooting"
    with qtbot.waitSignal(contents.picked) as picked:
        qtbot.keyClick(contents.field, Qt.Key.Key_Return)
    assert picked.args == ["troubleshooting#the-disk-is-full"]


def test_clearing_the_search_brings_the_articles_back(contents: Contents) -> None:
    contents.show_article("undo")
    contents.field.setText("disk")
    contents.field.clear()
    assert len(words(contents)) == len(guide.TOPICS)
    assert contents.rows.currentItem().text() == "Undo"


def test_what_is_not_there_is_said(contents: Contents) -> None:
    contents.field.setText("zebra")
    assert contents.none.isVisible()
    assert words(contents) == []
    contents.field.setText("disk")
    assert not contents.none.isVisible()
