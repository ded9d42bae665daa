"""Readable JSON and text for the inspector: bounded, selectable, monospaced, never markup.

What cannot be seen, or turns the text around it, is shown by its number: nothing may read otherwise than it is.
"""

from __future__ import annotations

import contextlib
import unicodedata

import msgspec
from PySide6.QtGui import QFont, QFontDatabase, QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from app.ui.kit import words
from app.ui.kit.theme import SIZES

MOST = 100_000
"""Characters shown; what is beyond is said."""


class TextView(QPlainTextEdit):
    """Text to read and copy."""

    def __init__(self, name: str, lines: int = 12) -> None:
        super().__init__()
        self._lines = lines
        self._given: str | None = None
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        fixed = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        fixed.setPixelSize(SIZES["secondary"])
        self.setFont(fixed)
        self.show_text("")

    def show_text(self, text: str) -> None:
        """At most MOST characters of it, as high as it needs up to the view's lines. The same text again leaves a selection alone."""
        if text == self._given:
            return
        self._given = text
        if len(text) > MOST:
            left = self.tr("… {count} more characters").format(count=words.number(len(text) - MOST))
            text = f"{text[:MOST]}\n{left}"
        self.setPlainText(unmasked(text))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrower view wraps into more lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = min(self._lines, max(1, round(self.document().size().height())))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 20)

    def show_json(self, raw: bytes | msgspec.Raw) -> None:
        """JSON text, indented; what is no JSON is shown as it is."""
        content = bytes(raw)
        with contextlib.suppress(msgspec.DecodeError, RecursionError):
            content = msgspec.json.format(content, indent=2)
        self.show_text(content.decode("utf-8", "replace"))


def unmasked(text: str) -> str:
    """The text with every control, bidi mark and zero-width character as `\\u202e`, which JSON takes for the same. Line ends stay."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line if line.isprintable() else "".join(map(_shown, line)) for line in lines)


def _shown(char: str) -> str:
    if char.isprintable() or char == "\t" or unicodedata.category(char) in ("Zs", "Co"):
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
