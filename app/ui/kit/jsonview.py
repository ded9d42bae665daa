"""Readable JSON and text for the inspector: bounded, selectable, monospaced, never markup."""

from __future__ import annotations

import contextlib

import msgspec
from PySide6.QtGui import QFont, QFontDatabase, QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from app.ui.kit.theme import SIZES

MOST = 100_000
"""Characters shown; what is beyond is said."""


class TextView(QPlainTextEdit):
    """Text to read and copy."""

    def __init__(self, name: str, lines: int = 12) -> None:
        super().__init__()
        self._lines = lines
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
        """At most MOST characters of it, as high as it needs up to the view's lines."""
        if len(text) > MOST:
            text = f"{text[:MOST]}\n… {len(text) - MOST:,} more characters"
        self.setPlainText(text)
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
