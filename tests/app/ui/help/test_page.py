"""The Help page as a whole: reading, going back, leading elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl

from app.core import guide
from app.ui.help.page import ABOUT, HelpPage
from app.ui.shell.pages import PAGES


@pytest.fixture
def opened() -> list[str]:
    """What the browser was given."""
    return []


@pytest.fixture
def page(services, opened: list[str], qtbot) -> HelpPage:
    made = HelpPage(services, opened.append)
    qtbot.addWidget(made)
    made.resize(896, 720)
    made.show()
    made.opened({})
    return made


def shown(page: HelpPage) -> str:
    assert page.reader.article is not None
    return page.reader.article.name


def test_it_opens_at_the_index(page: HelpPage, screens) -> None:
    assert shown(page) == "index"
    screens("help", page)


@pytest.mark.parametrize("name", ["setup", "privacy", "troubleshooting"])
def test_articles_as_they_look(page: HelpPage, screens, name: str) -> None:
    page.opened({"article": name})
    assert shown(page) == name
    screens(f"help-{name}", page)


def test_coming_back_it_is_where_it_was(page: HelpPage) -> None:
    page.opened({"article": "undo"})
    page.opened({})
    assert shown(page) == "undo"


@pytest.mark.parametrize("name", sorted(ABOUT))
def test_help_on_a_page_of_the_window_is_about_that_page(page: HelpPage, name: str) -> None:
    page.opened({"about": name})
    assert shown(page) == ABOUT[name].partition("#")[0]


def test_every_page_of_the_window_has_help() -> None:
    assert set(ABOUT) | {"help"} == {one.name for one in PAGES}


def test_what_help_is_about_is_in_the_guide() -> None:
    links = {part.link for name in guide.TOPICS for part in guide.sections(guide.article(name))}
    assert set(ABOUT.values()) <= links


def test_a_link_to_another_article_is_read_and_one_can_go_back(page: HelpPage) -> None:
    assert not page.back.isEnabled()
    page.reader.anchorClicked.emit(QUrl("folders.md#the-four-settings"))
    assert shown(page) == "folders"
    assert page.reader.textCursor().block().text() == "The four settings"
    assert page.contents.rows.currentItem().text() == "Folders"
    page.back.click()
    assert shown(page) == "index"
    assert not page.back.isEnabled()


def test_a_link_within_an_article_stays_in_it(page: HelpPage) -> None:
    page.opened({"article": "troubleshooting"})
    page.reader.anchorClicked.emit(QUrl("#the-disk-is-full"))
    assert shown(page) == "troubleshooting"
    assert page.reader.textCursor().block().text() == "The disk is full"


def test_a_link_to_a_page_of_the_window_goes_there(page: HelpPage, gone) -> None:
    page.reader.anchorClicked.emit(QUrl("doorkeep:folders"))
    assert gone == [("folders", {})]


def test_an_address_is_shown_before_the_browser_gets_it(page: HelpPage, opened: list[str], screens) -> None:
    page.opened({"article": "servers"})
    page.reader.anchorClicked.emit(QUrl("https://git-scm.com/download/win"))
    assert "https://git-scm.com/download/win" in page.asked.text()
    assert opened == []
    screens("help-leaving", page)
    page.open.click()
    assert opened == ["https://git-scm.com/download/win"]
    assert not page.leaving.isVisible()


def test_an_address_can_be_let_be(page: HelpPage, opened: list[str]) -> None:
    page.reader.anchorClicked.emit(QUrl("https://git-scm.com/"))
    page.stay.click()
    page.open.click()
    assert opened == []


@pytest.mark.parametrize("link", ["http://example.com/", "file:///etc/passwd", "javascript:alert(1)"])
def test_other_links_lead_nowhere(page: HelpPage, opened: list[str], gone, link: str) -> None:
    page.reader.anchorClicked.emit(QUrl(link))
    assert (opened, gone, page.leaving.isVisible()) == ([], [], False)


def test_a_search_hit_is_read(page: HelpPage) -> None:
    assert page.search()
    page.contents.field.setText("tray icon")
    page.contents.rows.setCurrentRow(0)
    assert page.reader.textCursor().block().text() == "There is no tray icon"


def test_an_article_that_is_gone_is_told_in_words(page: HelpPage, services, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(guide, "FOLDER", str(tmp_path))
    page.opened({"article": "undo"})
    (said,) = services.messages.show_from_now_on()
    assert "cannot be read" in said.title
    assert shown(page) == "index"
