"""One article as it is set: headings have places, code reads from the left, links stand out, nothing is fetched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextTable

from app.core import guide
from app.core.guide import Article
from app.ui.help.reader import Reader


@pytest.fixture
def reader(theme, qtbot) -> Reader:
    made = Reader(theme)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def blocks(reader: Reader) -> list[QTextBlock]:
    block, found = reader.document().begin(), list[QTextBlock]()
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def format_of(reader: Reader, words: str) -> QTextCharFormat:
    return reader.document().find(words).charFormat()


@pytest.mark.parametrize("name", guide.TOPICS)
def test_every_heading_of_every_article_can_be_gone_to(reader: Reader, name: str) -> None:
    article = guide.article(name)
    reader.show_article(article)
    for part in guide.sections(article)[1:]:
        reader.go_to(part.anchor)
        assert reader.textCursor().block().text() == part.heading


@pytest.mark.parametrize("name", guide.TOPICS)
def test_no_sign_of_markdown_is_left_to_read(reader: Reader, name: str) -> None:
    reader.show_article(guide.article(name))
    said = [block.text() for block in blocks(reader) if not block.blockFormat().nonBreakableLines()]
    assert not [text for text in said if any(sign in text for sign in ("**", "](", "`", "|--")) or text.startswith("#")]


def test_a_heading_comes_to_the_top(reader: Reader, qapp) -> None:
    reader.show_article(guide.article("troubleshooting"), "every-call-is-refused")
    qapp.processEvents()
    assert reader.verticalScrollBar().value() > 0
    reader.go_to("nowhere")
    assert reader.verticalScrollBar().value() == 0


def test_code_is_set_apart_and_reads_from_the_left(reader: Reader, theme, qapp) -> None:
    reader.show_article(Article("x", "X", "# X\n\ntext `word` more\n\n    doorkeep log\n\nend\n"))
    (code,) = [block for block in blocks(reader) if block.text() == "doorkeep log"]
    assert code.blockFormat().layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert code.blockFormat().background().color().name() == theme.colours.sunken
    assert format_of(reader, "word").background().color().name() == theme.colours.sunken


def test_links_have_the_accent_of_the_theme_in_force(reader: Reader, theme) -> None:
    reader.show_article(Article("x", "X", "see [Folders](folders.md)\n"))
    assert format_of(reader, "Folders").foreground().color().name() == theme.colours.accent
    light = theme.colours.accent
    theme.choose("dark")
    assert format_of(reader, "Folders").foreground().color().name() == theme.colours.accent != light
    theme.choose("light")


def test_a_table_is_as_wide_as_the_text_and_has_lines(reader: Reader) -> None:
    reader.show_article(guide.article("privacy"))
    (table,) = [frame for frame in reader.document().rootFrame().childFrames() if isinstance(frame, QTextTable)]
    assert (table.columns(), table.format().border()) == (2, 1)


def test_nothing_is_fetched(reader: Reader) -> None:
    assert reader.loadResource(0, QUrl("https://example.com/picture.png")) is None
    assert not reader.openLinks()


def test_markup_of_the_web_is_shown_and_not_obeyed(reader: Reader) -> None:
    reader.show_article(Article("x", "X", 'before <img src="file:///etc/passwd"> after\n'))
    assert "after" in reader.toPlainText()
    assert "￼" not in reader.toPlainText()
