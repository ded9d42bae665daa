"""The look: colours that mean something, one type scale, one spacing grid. Light and dark are each designed; nothing else sets a colour."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette, QStyleHints
from PySide6.QtWidgets import QApplication

Choice = Literal["system", "light", "dark"]
Tone = Literal["accent", "allowed", "asked", "denied", "error", "muted"]

XS, S, M, L, XL, XXL = 4, 8, 12, 16, 24, 32
"""The 4-point grid."""
CONTROL = 32
"""The height of whatever is pressed, chosen or typed into."""


class Colours(NamedTuple):
    """One theme. Every text colour has a contrast of at least 4.5:1 on `window`, `surface` and `sunken`."""

    window: str
    surface: str
    sunken: str
    line: str
    hover: str
    text: str
    muted: str
    accent: str
    accent_deep: str
    ring: str
    on_accent: str
    accent_soft: str
    allowed: str
    allowed_soft: str
    asked: str
    asked_soft: str
    denied: str
    denied_soft: str
    error: str
    error_soft: str

    def tone(self, tone: Tone) -> str:
        """The colour of a meaning."""
        return str(getattr(self, tone))

    def soft(self, tone: Tone) -> str:
        """A quiet ground for text of that meaning."""
        return self.sunken if tone == "muted" else str(getattr(self, f"{tone}_soft"))


LIGHT = Colours(
    window="#f6f5f2",
    surface="#ffffff",
    sunken="#efede8",
    line="#dedad2",
    hover="#f0eee9",
    text="#23221f",
    muted="#625e55",
    accent="#245a8d",
    accent_deep="#1d4a75",
    ring="#9cc3e8",
    on_accent="#ffffff",
    accent_soft="#e3edf6",
    allowed="#25673f",
    allowed_soft="#e2f1e7",
    asked="#7a5300",
    asked_soft="#faefd6",
    denied="#9b2c2c",
    denied_soft="#fae6e4",
    error="#7a2f7e",
    error_soft="#f5e6f6",
)
DARK = Colours(
    window="#1c1d20",
    surface="#25272b",
    sunken="#1f2024",
    line="#3a3d43",
    hover="#2d3035",
    text="#ecebe8",
    muted="#a9a8a3",
    accent="#7db4e8",
    accent_deep="#98c5ee",
    ring="#f4f8fc",
    on_accent="#10202f",
    accent_soft="#24384b",
    allowed="#7fcb98",
    allowed_soft="#21382a",
    asked="#e6bd63",
    asked_soft="#3d331d",
    denied="#f0908a",
    denied_soft="#452625",
    error="#dda3e2",
    error_soft="#402843",
)

SIZES = {"title": 22, "heading": 15, "body": 13, "secondary": 12}
"""The type scale, in pixels at 100 %."""

_SHEET = """
QToolTip {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line}; padding: 4px 8px; }}
QFrame#surface {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 10px; }}
QPushButton {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line}; }}
QPushButton {{ border-radius: 7px; padding: 5px 12px; min-height: 20px; }}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:pressed {{ background: {c.sunken}; }}
QPushButton:focus {{ border: 1px solid {c.accent}; }}
QPushButton:disabled {{ color: {c.muted}; }}
QPushButton:checked {{ background: {c.accent_soft}; border: 1px solid {c.accent}; }}
QPushButton[primary="true"] {{ background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; font-weight: 600; }}
QPushButton[primary="true"]:hover {{ background: {c.accent_deep}; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {c.ring}; padding: 4px 11px; }}
QPushButton[primary="true"]:disabled {{ background: {c.sunken}; color: {c.muted}; border: 1px solid {c.line}; }}
QPushButton[quiet="true"] {{ background: transparent; border: 1px solid transparent; color: {c.accent}; }}
QPushButton[quiet="true"]:hover {{ background: {c.hover}; }}
QPushButton[quiet="true"]:focus {{ border: 1px solid {c.accent}; }}
QPushButton[quiet="true"]:disabled {{ color: {c.muted}; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 7px; padding: 5px; }}
QToolButton:hover {{ background: {c.hover}; }}
QToolButton:pressed {{ background: {c.sunken}; }}
QToolButton:focus {{ border: 1px solid {c.accent}; }}
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox {{ background: {c.surface}; color: {c.text}; }}
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox {{ border: 1px solid {c.line}; border-radius: 7px; padding: 4px 8px; }}
QLineEdit, QSpinBox {{ padding: 5px 8px; min-height: 20px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus {{ border-color: {c.accent}; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled {{ background: {c.sunken}; color: {c.muted}; }}
QLineEdit QToolButton {{ border: 0; padding: 0; background: transparent; }}
QListWidget#bare {{ border: 0; }}
QListWidget#bare::item:selected {{ background: {c.accent_soft}; color: {c.text}; border-radius: 6px; }}
QComboBox QAbstractItemView {{ border-radius: 0; padding: 4px; selection-background-color: {c.accent_soft}; selection-color: {c.text}; }}
QComboBox QAbstractItemView::item {{ min-height: 28px; padding: 0 8px; border-radius: 5px; }}
QAbstractItemView {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line}; border-radius: 10px; outline: 0; }}
QScrollArea {{ background: transparent; border: 0; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {c.line}; border-radius: 3px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QMenu {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 5px; }}
QMenu::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
QMenu::item:disabled {{ color: {c.muted}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
"""


class Theme(QObject):
    """The theme in force. Follows the system live unless the user chose one; widgets repaint on `changed`."""

    changed = Signal()

    def __init__(self, choice: Choice = "system", hints: QStyleHints | None = None) -> None:
        super().__init__()
        self.choice: Choice = choice
        self.colours = LIGHT
        self._hints = hints or QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(self._follow)

    @property
    def dark(self) -> bool:
        """Whether the dark theme is in force."""
        return self.colours is DARK

    def choose(self, choice: Choice) -> None:
        """Take the user's choice and repaint."""
        self.choice = choice
        self.apply()

    def apply(self) -> None:
        """Set palette, font and style sheet of the application."""
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise TypeError("a theme needs a QApplication")
        scheme = self._hints.colorScheme()
        dark = self.choice == "dark" or (self.choice == "system" and scheme == Qt.ColorScheme.Dark)
        self.colours = DARK if dark else LIGHT
        app.setPalette(palette(self.colours))
        app.setFont(font("body"))
        app.setStyleSheet(_SHEET.format(c=self.colours))
        self.changed.emit()

    def _follow(self) -> None:
        if self.choice == "system":
            self.apply()


def palette(colours: Colours) -> QPalette:
    """Qt's own roles from ours, so that even a widget that we do not style fits."""
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, colours.window),
        (roles.Base, colours.surface),
        (roles.AlternateBase, colours.sunken),
        (roles.Button, colours.surface),
        (roles.ToolTipBase, colours.surface),
        (roles.WindowText, colours.text),
        (roles.Text, colours.text),
        (roles.ButtonText, colours.text),
        (roles.ToolTipText, colours.text),
        (roles.PlaceholderText, colours.muted),
        (roles.Highlight, colours.accent),
        (roles.HighlightedText, colours.on_accent),
        (roles.Link, colours.accent),
        (roles.Mid, colours.line),
        (roles.Accent, colours.accent),
    ):
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return made


def font(size: str, *, tabular: bool = False) -> QFont:
    """A font of the scale: `title`, `heading` (semibold), `body` or `secondary`; `tabular` gives digits one width."""
    made = QFont(QApplication.font())
    made.setPixelSize(SIZES[size])
    made.setWeight(QFont.Weight.DemiBold if size in {"title", "heading"} else QFont.Weight.Normal)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [value / 255 for value in (QColor(colour).red(), QColor(colour).green(), QColor(colour).blue())]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
