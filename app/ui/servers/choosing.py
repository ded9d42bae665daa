"""The first step of adding: the known servers to search and to choose from, and the three other ways."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.catalog import Known, categories, find
from app.ui.kit.buttons import Button
from app.ui.kit.chip import Chip
from app.ui.kit.combo import Combo
from app.ui.kit.labels import Label
from app.ui.kit.pressable import Pressable
from app.ui.kit.theme import XS, L, M, S, Theme
from app.ui.kit.wrap import Wrap
from app.ui.servers import reaching


class KnownRow(Pressable):
    """One known server: pressing it chooses it."""

    def __init__(self, known: Known, theme: Theme) -> None:
        super().__init__(theme)
        self.known = known
        self.setAccessibleName(self.tr("Choose {server}").format(server=known.title))
        self.setAccessibleDescription(f"{known.about} {reaching.short(known)}")
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(Label(known.title, theme, "heading"))
        head.addStretch(1)
        head.addWidget(Chip(*reaching.kept_by(known), theme))
        column = QVBoxLayout(self)
        column.setContentsMargins(L, M, L, M)
        column.setSpacing(XS)
        column.addLayout(head)
        column.addWidget(Label(known.about, theme, "body", wrap=True))
        column.addWidget(Label(reaching.short(known), theme, "secondary", "muted", wrap=True))
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setForegroundRole(QPalette.ColorRole.WindowText)  # within a button it would be that of a button

    def paintEvent(self, event: QPaintEvent) -> None:
        """A surface that shows where the pointer and the keyboard are."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if focused else colours.line), 2 if focused else 1))
        painter.setBrush(QColor(colours.hover if self.underMouse() else colours.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        painter.end()


class CatalogList(QWidget):
    """`chosen` carries a Known; the other three are what one has instead."""

    chosen = Signal(object)
    bundle_wanted = Signal()
    command_wanted = Signal()
    url_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setAccessibleName(self.tr("Search the known servers"))
        self.search.setPlaceholderText(self.tr("Search: GitHub, database, browser…"))
        self.search.setClearButtonEnabled(True)
        self._categories = ["", *categories()]
        names = [self.tr("All kinds"), *(reaching.category(name) for name in self._categories[1:])]
        self.category = Combo(self.tr("Kind of server"), names, theme)
        self.rows = {known.name: KnownRow(known, theme) for known in find("")}
        self.none = Label(
            self.tr("No known server fits. Any other one can be added by its bundle, its command or its address."),
            theme,
            "body",
            "muted",
            wrap=True,
        )
        self.bundle = Button(self.tr("A bundle (.mcpb)…"), theme, "plain", "file", self.bundle_wanted.emit)
        self.command = Button(self.tr("A command of my own…"), theme, "plain", "terminal", self.command_wanted.emit)
        self.url = Button(self.tr("An address…"), theme, "plain", "link", self.url_wanted.emit)
        top = QHBoxLayout()
        top.setSpacing(S)
        top.addWidget(self.search, 1)
        top.addWidget(self.category)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addLayout(top)
        column.addLayout(Wrap(self.bundle, self.command, self.url))
        column.addWidget(self.none)
        for row in self.rows.values():
            row.clicked.connect(lambda _=False, row=row: self.chosen.emit(row.known))
            column.addWidget(row)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.returnPressed.connect(self._take_only)
        self.category.currentIndexChanged.connect(lambda _index: self._filter())
        self._filter()

    def begin(self) -> None:
        """As it opens: everything, ready to be searched."""
        self.search.clear()
        self.category.setCurrentIndex(0)
        self.search.setFocus()

    @property
    def shown(self) -> list[str]:
        """The names of the servers in view."""
        return [name for name, row in self.rows.items() if not row.isHidden()]

    def _filter(self) -> None:
        found = {known.name for known in find(self.search.text(), self._categories[self.category.currentIndex()])}
        for name, row in self.rows.items():
            row.setVisible(name in found)
        self.none.setVisible(not found)

    def _take_only(self) -> None:
        """Enter in the search: the first that fits."""
        shown = self.shown
        if self.search.text().strip() and shown:
            self.rows[shown[0]].click()
