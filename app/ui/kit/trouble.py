"""What is wrong with the settings file, and the button that opens it. Until it is mended, nothing is changed by the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.errors import SettingsError
from app.ui.kit.buttons import Button
from app.ui.kit.chip import Chip
from app.ui.kit.labels import Label
from app.ui.kit.page import surface
from app.ui.kit.theme import S, Theme
from app.ui.kit.words import visible


class Trouble(QWidget):
    """Hidden while the settings can be read."""

    def __init__(
        self,
        theme: Theme,
        open_file: Callable[[], object],
        again: Callable[[], object],
        learn: Callable[[str, dict[str, Any]], object] | None = None,
    ) -> None:
        """`learn`: `Services.go`, for the page of the guide that tells more."""
        super().__init__()
        self.title = Label("", theme, "body", wrap=True)
        self.detail = Label("", theme, "secondary", "muted", wrap=True)
        self.open = Button(self.tr("Open the settings file"), theme, "primary", "edit", open_file)
        self.again = Button(self.tr("Look again"), theme, "quiet", "refresh", again)
        head = QHBoxLayout()
        head.addWidget(Chip(self.tr("The settings file has a mistake"), "error", "warning", theme))
        head.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.open)
        row.addWidget(self.again)
        if learn is not None:
            read_more = lambda: learn("help", {"article": SettingsError.article})  # noqa: E731
            self.more = Button(self.tr("Learn more"), theme, "quiet", "help", read_more)
            row.addWidget(self.more)
        row.addStretch(1)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addLayout(head)
        inside.addWidget(self.title)
        inside.addWidget(self.detail)
        inside.addLayout(row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self.hide()

    def show_error(self, error: SettingsError | None) -> None:
        """What is wrong; None hides it."""
        if error is not None:
            self.title.setText(visible(error.title, 1000))
            self.detail.setText(" ".join(part for part in (error.detail, error.fix) if part))
        self.setVisible(error is not None)
