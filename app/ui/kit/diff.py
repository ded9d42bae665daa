"""A unified diff to read: added and removed lines in their colours, and the signs that say it without colour."""

from __future__ import annotations

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from app.ui.kit.jsonview import TextView
from app.ui.kit.theme import Theme


class _Painter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme

    def highlightBlock(self, text: str) -> None:
        """Colours one line by its first characters."""
        colours = self._theme.colours
        if text.startswith(("+++", "---", "@@", "\\")):
            self._tint(text, colours.muted, "")
        elif text.startswith("+"):
            self._tint(text, colours.allowed, colours.allowed_soft)
        elif text.startswith("-"):
            self._tint(text, colours.denied, colours.denied_soft)

    def _tint(self, text: str, ink: str, ground: str) -> None:
        made = QTextCharFormat()
        made.setForeground(QColor(ink))
        if ground:
            made.setBackground(QColor(ground))
        self.setFormat(0, len(text), made)


class DiffView(TextView):
    """Text in which the lines of a unified diff are told apart; any other text stays plain."""

    def __init__(self, name: str, theme: Theme, lines: int = 12) -> None:
        super().__init__(name, lines)
        self._painter = _Painter(self.document(), theme)
        theme.changed.connect(self._painter.rehighlight)

    def set_lines(self, lines: int) -> None:
        """Grow up to so many lines."""
        self._lines = lines
        self._fit()

    @property
    def lines(self) -> int:
        """How many lines it shows at most."""
        return self._lines

    @property
    def needs(self) -> int:
        """How many lines the whole text takes at this width."""
        return max(1, round(self.document().size().height()))
