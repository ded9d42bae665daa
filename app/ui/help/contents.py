"""What the guide holds: its pages, or what a search found in them. It tells which one was picked and knows nothing of reading."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.core import guide
from app.ui.kit.labels import Label
from app.ui.kit.theme import S, Theme

WIDTH = 184
ROW = 30
HIT = 46
_LINK = Qt.ItemDataRole.UserRole


class Contents(QWidget):
    """Emits `picked` with `NAME` or `NAME#anchor`."""

    picked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Search the guide"))
        self.field.setAccessibleName(self.tr("Search the guide"))
        self.field.setClearButtonEnabled(True)
        self.field.setMaxLength(100)
        self.rows = QListWidget()
        self.rows.setObjectName("bare")
        self.rows.setStyleSheet(f"QListWidget {{ background: transparent; }} QListWidget::item {{ padding: 0 {S}px; }}")
        self.rows.setAccessibleName(self.tr("Pages of the guide"))
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.none = Label(
            self.tr("Nothing in the guide holds all of these words."), theme, "secondary", "muted", wrap=True
        )
        self.none.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.field)
        column.addWidget(self.none)
        column.addWidget(self.rows, 1)
        self._article = ""
        self._pages = [(guide.article(name).title, name) for name in guide.TOPICS]
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._take_first)
        self.rows.currentRowChanged.connect(self._picked)
        self._fill("")

    def show_article(self, name: str) -> None:
        """Mark the page that is read, without telling of it."""
        self._article = name
        self.rows.blockSignals(True)
        links = [str(self.rows.item(row).data(_LINK)) for row in range(self.rows.count())]
        self.rows.setCurrentRow(links.index(name) if name in links else -1)
        self.rows.blockSignals(False)

    def search(self) -> None:
        """Begin to type."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _fill(self, typed: str) -> None:
        hits = guide.find(typed)
        self.rows.blockSignals(True)
        self.rows.clear()
        if typed.strip():
            for part in hits:
                self._add(
                    f"{part.heading}\n{part.title}" if part.anchor else part.heading,
                    part.link,
                    HIT if part.anchor else ROW,
                )
        else:
            for title, name in self._pages:
                self._add(title, name, ROW)
        self.rows.blockSignals(False)
        self.none.setVisible(bool(typed.strip()) and not hits)
        if not typed.strip():
            self.show_article(self._article)

    def _add(self, words: str, link: str, height: int) -> None:
        item = QListWidgetItem(words)
        item.setData(_LINK, link)
        item.setToolTip(words)
        item.setSizeHint(QSize(0, height))
        self.rows.addItem(item)

    def _picked(self, row: int) -> None:
        if row >= 0:
            self.picked.emit(str(self.rows.item(row).data(_LINK)))

    def _take_first(self) -> None:
        if self.field.text().strip() and self.rows.count():
            self.rows.setCurrentRow(0)
