"""The files in a folder that often hold secrets: a line that says how many, and the list behind it, each with its reveal button."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.folders import telling
from app.ui.folders.link_line import LinkLine
from app.ui.folders.sensitive import Found, Sensitive, glob_of, namesakes
from app.ui.kit.buttons import Button
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.theme import M, S, Theme
from app.ui.kit.words import visible


class SecretList(QWidget):
    """`opener` is the button that shows the list, or has the folder looked at; it lies wherever the row puts it.

    `reveal_wanted`: (glob, reveal).
    """

    reveal_wanted = Signal(str, bool)
    look_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._revealed: tuple[str, ...] = ()
        self._found: Found | None = None
        self.buttons: dict[str, Button] = {}
        self.opener = LinkLine("eye", theme, self._toggle, gives_way=False)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self.hide()
        self._fill()

    def show_found(self, found: Found) -> None:
        """What the look found."""
        if found != self._found:
            self._found = found
            self._fill()

    def show_revealed(self, revealed: tuple[str, ...]) -> None:
        """What the settings let servers read."""
        if revealed != self._revealed:
            self._revealed = revealed
            self._fill()

    def _toggle(self) -> None:
        if self._lines.isEmpty():
            self.opener.show_words(self.tr("Looking…"))
            self.look_wanted.emit()
            return
        self.setVisible(self.isHidden())

    def _fill(self) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.buttons.clear()
        files = self._found.files if self._found else []
        globs = {glob_of(file.inside) for file in files}
        others = [Sensitive(glob, "") for glob in self._revealed if glob not in globs]
        words = self.tr("Files named like these often hold secrets. Servers keep them closed unless you reveal them.")
        if globs or others:
            self._lines.addWidget(Label(words, self._theme, "secondary", "muted", wrap=True))
        for file in files:
            self._add(file, glob_of(file.inside))
        for file in others:
            self._add(file, file.inside)
        count = len(files) + len(others)
        if self._found is None and not count:
            self.opener.show_words(self.tr("Look for likely secrets"))
        else:
            whole = self._found is None or self._found.whole
            self.opener.show_words(telling.kept_closed(count, len(self._revealed), not whole))
        self.opener.setEnabled(bool(count) or self._found is None)
        if not count:
            self.hide()
        elif self._found is not None and not self._found.whole:
            words = self.tr("Only the first part of this folder was looked at. Files not listed here stay closed too.")
            self._lines.addWidget(Label(words, self._theme, "secondary", "muted", wrap=True))

    def _add(self, file: Sensitive, glob: str) -> None:
        revealed = glob in self._revealed
        name = visible(file.inside, 1000)
        path = ElidedLabel(name, self._theme, "body")
        reason = file.why if not revealed else self.tr("revealed: servers may read it")
        words = ElidedLabel(visible(reason), self._theme, "secondary", "asked" if revealed else "muted")
        if revealed:
            text, said = self.tr("Close again"), self.tr("Keep {file} closed again")
        elif namesakes(file.inside):
            text, said = self.tr("Reveal"), self.tr("Let servers read every file named {file} in this folder")
        else:
            text, said = self.tr("Reveal"), self.tr("Let servers read {file}")
        button = Button(text, self._theme, "quiet", pressed=lambda: self.reveal_wanted.emit(glob, not revealed))
        button.setAccessibleName(said.format(file=name))
        button.setToolTip(button.accessibleName())
        self.buttons[glob] = button
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(M)
        row.addWidget(path, 2)
        row.addWidget(words, 3)
        row.addWidget(button)
        self._lines.addWidget(line)
        self._lines.setSpacing(S // 2)
