"""Chips above the log: the filters that people want most, one click each. They only write words into the filter field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.core.folders import shown
from app.core.journal.record import CallRecord
from app.ui.kit import words
from app.ui.kit.icons import icon
from app.ui.kit.theme import Theme
from app.ui.kit.wrap import Wrap

WORDS = (
    ("decision:denied", QT_TRANSLATE_NOOP("filters", "Denied")),
    ("outcome:waiting", QT_TRANSLATE_NOOP("filters", "Waiting")),
    ("outcome:error", QT_TRANSLATE_NOOP("filters", "Failed")),
    ("change:*", QT_TRANSLATE_NOOP("filters", "Changes")),
    ("since:1h", QT_TRANSLATE_NOOP("filters", "Last hour")),
    ("since:today", QT_TRANSLATE_NOOP("filters", "Today")),
)
CHOICES = (
    ("client", QT_TRANSLATE_NOOP("filters", "App"), QT_TRANSLATE_NOOP("filters", "Any app")),
    ("server", QT_TRANSLATE_NOOP("filters", "Server"), QT_TRANSLATE_NOOP("filters", "Any server")),
    ("folder", QT_TRANSLATE_NOOP("filters", "Folder"), QT_TRANSLATE_NOOP("filters", "Any folder")),
)
"""A name of the filter language, the chip's word, and the entry that takes the condition away."""
MOST = 20
"""Entries of a menu."""
MOST_READ = 2000
"""Rows of the log whose apps, servers and folders are offered."""


def tr(text: str) -> str:
    """Through Qt's translation, in this room's context."""
    return QCoreApplication.translate("filters", text)


def parts(expression: str) -> list[str]:
    """The words of a filter; what stands in quotes belongs together."""
    return re.findall(r'(?:[^\s"]|"[^"]*"?)+', expression)


def toggled(expression: str, word: str, on: bool) -> str:
    """The filter with that word, or without it."""
    return " ".join([part for part in parts(expression) if part != word] + ([word] if on else []))


def chosen(expression: str, name: str, word: str) -> str:
    """The filter with that word as the only one of its name; without any where the word is empty."""
    kept = [part for part in parts(expression) if not part.lower().startswith(f"{name}:")]
    return " ".join([*kept, word] if word else kept)


def word_of(name: str, record: CallRecord) -> tuple[str, str] | None:
    """What a menu says of a record's app, server or folder, and the filter's word for it; None where it has none."""
    value = {"client": record.client.rpartition(" ")[0] or record.client, "server": record.server}.get(
        name, record.folder or ""
    )
    if not value or '"' in value:
        return None
    said = {"client": words.client_name(record.client), "server": words.visible(value, 40)}.get(
        name, words.visible(shown(value), 60)
    )
    return said, f'{name}:"{value}"' if re.search(r"[\s:]", value) else f"{name}:{value}"


class FilterChips(QWidget):
    """`changed` carries the new filter. `rows` gives the newest rows of the log, newest first."""

    changed = Signal(str)

    def __init__(self, theme: Theme, rows: Callable[[], Iterable[CallRecord]] = tuple) -> None:
        super().__init__()
        self._theme = theme
        self._rows = rows
        self._expression = ""
        self._chips: dict[str, QPushButton] = {}
        self.menus: dict[str, QPushButton] = {}
        self._known: dict[str, dict[str, str]] = {name: {} for name, _word, _any in CHOICES}
        row = Wrap()
        for word, text in WORDS:
            chip = self._chips[word] = self._chip(tr(str(text)))
            chip.clicked.connect(lambda on, word=word: self.changed.emit(toggled(self._expression, word, on)))
            row.addWidget(chip)
        for name, text, _any in CHOICES:
            chip = self.menus[name] = self._chip(tr(str(text)))
            chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the mark behind the word
            chip.setIconSize(QSize(12, 12))
            chip.clicked.connect(lambda _on, name=name: self._open(name))
            row.addWidget(chip)
        self.setLayout(row)
        theme.changed.connect(self._tint)
        self._tint()

    def reflect(self, expression: str) -> None:
        """Show which chips the filter holds."""
        self._expression = expression
        held = parts(expression)
        for word, chip in self._chips.items():
            chip.setChecked(word in held)
        for name, chip in self.menus.items():
            chip.setChecked(any(part.lower().startswith(f"{name}:") for part in held))

    def menu(self, name: str) -> QMenu:
        """What can be chosen: what the log's newest rows hold, and held when it was looked at before."""
        for number, record in enumerate(self._rows()):
            if number == MOST_READ:
                break
            found = word_of(name, record)
            if found is not None and len(self._known[name]) < MOST:
                self._known[name].setdefault(found[1], found[0])
        made = QMenu(self)
        held = parts(self._expression)
        self._entry(made, name, tr(next(str(any_) for one, _word, any_ in CHOICES if one == name)), "", held)
        for word, said in sorted(self._known[name].items(), key=lambda one: one[1].casefold()):
            self._entry(made, name, said, word, held)
        return made

    def _entry(self, menu: QMenu, name: str, said: str, word: str, held: list[str]) -> None:
        entry = QAction(said.replace("&", "&&"), menu)
        entry.setCheckable(True)
        entry.setChecked(word in held if word else not self.menus[name].isChecked())
        entry.triggered.connect(lambda _on: self.changed.emit(chosen(self._expression, name, word)))
        menu.addAction(entry)

    def _open(self, name: str) -> None:
        chip = self.menus[name]
        self.reflect(self._expression)  # a click alone chooses nothing
        made = self.menu(name)
        made.aboutToHide.connect(made.deleteLater)
        made.popup(chip.mapToGlobal(QPoint(0, chip.height() + 2)))

    def _chip(self, text: str) -> QPushButton:
        chip = QPushButton(text)
        chip.setCheckable(True)
        chip.setAccessibleName(tr("Only: {what}").format(what=text))
        chip.setCursor(Qt.CursorShape.PointingHandCursor)
        return chip

    def _tint(self) -> None:
        c = self._theme.colours
        for chip in self.menus.values():
            chip.setIcon(icon("chevron-down", c.muted))
        self.setStyleSheet(
            "QPushButton { border-radius: 12px; padding: 2px 11px; min-height: 18px; font-size: 12px;"
            f" color: {c.muted}; background: transparent; border: 1px solid {c.line}; }}"
            f"QPushButton:hover {{ background: {c.hover}; }}"
            f"QPushButton:focus {{ border: 1px solid {c.accent}; }}"
            f"QPushButton:checked {{ color: {c.accent}; background: {c.accent_soft}; border: 1px solid {c.accent}; }}"
        )
