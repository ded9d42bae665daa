"""One article of the guide, set in our type and colours. It follows no link by itself and loads nothing but the text it is given."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QTextBrowser

from app.core import guide
from app.core.guide import Article
from app.ui.kit.theme import SIZES, XL, L, M, S, Theme

LINE_HEIGHT = 145
"""Per cent of the font's."""
_HEADINGS = {1: SIZES["title"], 2: SIZES["heading"] + 2, 3: SIZES["heading"]}


class Reader(QTextBrowser):
    """`anchorClicked` tells of a link; what it means is decided elsewhere."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._article: Article | None = None
        self._places: dict[str, int] = {}
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("reader")
        self.setAccessibleName(self.tr("The article"))
        self.setTabChangesFocus(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(240)
        self.document().setDocumentMargin(L)
        theme.changed.connect(self._again)

    @property
    def article(self) -> Article | None:
        """What is shown."""
        return self._article

    def loadResource(self, type: int, name: QUrl | str) -> Any:  # noqa: A002 - Qt's own name
        """Nothing: a guide is text, and no link of it is fetched."""
        return None

    def show_article(self, article: Article, anchor: str = "") -> None:
        """Set it, and begin at a heading."""
        if article != self._article:
            self._article = article
            self._set()
        self.go_to(anchor)

    def go_to(self, anchor: str) -> None:
        """Bring a heading to the top; an unknown one is the article's beginning."""
        block = self.document().findBlockByNumber(self._places.get(anchor, 0))
        self.setTextCursor(QTextCursor(block))
        where = self.document().documentLayout().blockBoundingRect(block).top() if anchor in self._places else 0
        self.verticalScrollBar().setValue(round(where))

    def _again(self) -> None:
        if self._article is not None:
            height = self.verticalScrollBar().value()
            self._set()
            self.verticalScrollBar().setValue(height)

    def _set(self) -> None:
        if self._article is None:
            return
        document = self.document()
        document.setIndentWidth(XL)
        document.setDefaultFont(self._font(SIZES["body"]))
        features = QTextDocument.MarkdownFeature
        document.setMarkdown(self._article.text, features.MarkdownDialectGitHub | features.MarkdownNoHTML)
        self._places = {}
        block = document.begin()
        while block.isValid():
            self._set_block(block)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._set_table(frame)

    def _font(self, pixels: int, *, bold: bool = False) -> QFont:
        made = QFont(self.font())
        made.setPixelSize(pixels)
        made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return made

    def _set_block(self, block: QTextBlock) -> None:
        colours = self._theme.colours
        cursor = QTextCursor(block)
        given = block.blockFormat()
        level = given.headingLevel()
        code = _is_code(block)
        made = QTextBlockFormat()
        kind = QTextBlockFormat.LineHeightTypes.ProportionalHeight
        made.setLineHeight(100 if code else LINE_HEIGHT, kind.value)  # a ground is painted no higher than its letters
        made.setBottomMargin(
            0 if code else S / 2 if block.textList() is not None and _listed(block.next()) else S + S / 2
        )
        if code:
            made.setBackground(QColor(colours.sunken))
            made.setLeftMargin(M)
            made.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # a command reads from the left everywhere
            made.setBottomMargin(L if not _is_code(block.next()) else 0)
        if level:
            self._places.setdefault(guide.anchor(block.text()), block.blockNumber())
            made.setTopMargin(0 if level == 1 else XL if level == 2 else L)
        cursor.mergeBlockFormat(made)
        if level:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            heading = QTextCharFormat()
            heading.setFont(self._font(_HEADINGS.get(level, SIZES["heading"]), bold=True))
            cursor.mergeCharFormat(heading)
            return
        for part in _parts(block):
            self._set_part(block, *part, code=code)

    def _set_part(self, block: QTextBlock, start: int, length: int, given: QTextCharFormat, *, code: bool) -> None:
        colours = self._theme.colours
        made = QTextCharFormat()
        if given.isAnchor():
            made.setForeground(QColor(colours.accent))
            made.setFontUnderline(True)
        elif code or given.fontFixedPitch():
            fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
            made.setFontFamilies([fixed.family()])
            made.setProperty(QTextFormat.Property.FontPixelSize, SIZES["secondary"])
            if not code:
                made.setBackground(QColor(colours.sunken))
        elif given.fontWeight() > QFont.Weight.Normal:
            made.setFontWeight(QFont.Weight.DemiBold)
        else:
            return
        cursor = QTextCursor(block)
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(made)

    def _set_table(self, table: QTextTable) -> None:
        made = table.format()
        made.setBorder(1)
        made.setBorderBrush(QColor(self._theme.colours.line))
        made.setBorderCollapse(True)
        made.setCellPadding(6)
        made.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        made.setTopMargin(S)
        made.setBottomMargin(M)
        table.setFormat(made)


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeLanguage)


def _listed(block: QTextBlock) -> bool:
    return block.isValid() and block.textList() is not None


def _parts(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    """The block's stretches of one format: position, length, format. Taken before anything is changed."""
    found: list[tuple[int, int, QTextCharFormat]] = []
    at = block.begin()
    while not at.atEnd():
        fragment = at.fragment()
        if fragment.isValid():
            found.append((fragment.position(), fragment.length(), fragment.charFormat()))
        at += 1
    return found
