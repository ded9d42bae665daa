"""The second step of adding: a form made of what a server wants to know.

What is typed into a secret's field leaves it only for the keychain, and is forgotten with the form.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.wanted import Answer, Wanted
from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.opening import open_link
from app.ui.kit.theme import CONTROL, XS, M, S, Theme
from app.ui.kit.toggle import Toggle
from app.ui.kit.words import visible

MOST_SECRET = 256 * 1024
LINES = 3
LABEL_WIDTH = 200
Pick = Callable[[QWidget, Wanted, Callable[[str], object]], object]
"""(parent, what for, what takes the chosen path)"""


def pick_path(parent: QWidget, one: Wanted, chosen: Callable[[str], object]) -> None:
    """The system's own way to choose a file or a folder. It does not wait for the person."""
    dialog = QFileDialog(parent, visible(one.title, 80))
    folder = one.kind == "folder"
    dialog.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.AnyFile)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, folder)
    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


class Field(NamedTuple):
    """`widget` is what is typed into; `value` gives the answer, `clear` forgets it."""

    one: Wanted
    widget: QWidget
    value: Callable[[], Answer | None]
    clear: Callable[[], object]


class AnswersForm(QWidget):
    """`finished`: Enter was pressed in a line."""

    finished = Signal()

    def __init__(
        self,
        wanted: tuple[Wanted, ...],
        kept: Container[str],
        theme: Theme,
        pick: Pick = pick_path,
        open_page: Callable[[str], object] = open_link,
    ) -> None:
        """`kept`: secrets that the keychain has."""
        super().__init__()
        self._theme = theme
        self._kept = kept
        self._pick = pick
        self._open_page = open_page
        self.fields: dict[str, Field] = {}
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(M)
        self._layout.setVerticalSpacing(M)
        self._layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for one in wanted:
            self._add(one)

    def answers(self) -> dict[str, Answer]:
        """What was answered; of a secret only whether there is one."""
        found: dict[str, Answer] = {}
        for name, field in self.fields.items():
            value = field.value()
            if field.one.kind == "secret":
                found[name] = bool(value) or field.one.secret in self._kept
            elif value is not None:
                found[name] = value
        return found

    def secrets(self) -> dict[str, str]:
        """The values that were typed, by the name of the question."""
        typed = {name: field.value() for name, field in self.fields.items() if field.one.kind == "secret"}
        return {name: value for name, value in typed.items() if isinstance(value, str) and value}

    def forget(self) -> None:
        """Nothing that was typed into a secret's field stays."""
        for field in self.fields.values():
            if field.one.kind == "secret":
                field.clear()

    def begin(self) -> None:
        """The keyboard goes to the first field."""
        first = next(iter(self.fields.values()), None)
        if first is not None:
            first.widget.setFocus()

    def _add(self, one: Wanted) -> None:
        field, shown = self._field(one)
        title = visible(one.title, 100)
        left_out = not one.needed and one.default is None and one.kind != "switch"
        words = self.tr("{name} (may be left out)").format(name=title) if left_out else title
        said = visible(one.about, 400)
        field.widget.setAccessibleName(words)
        field.widget.setAccessibleDescription(said)
        label = Label(words, self._theme, "secondary", "muted" if left_out else None, wrap=True)
        label.setBuddy(field.widget)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        label.setContentsMargins(
            0, (CONTROL - label.fontMetrics().height()) // 2, 0, 0
        )  # beside the field's first line
        label.setFixedWidth(LABEL_WIDTH)
        column = QVBoxLayout()
        column.setSpacing(XS)
        column.addLayout(shown) if isinstance(shown, QHBoxLayout) else column.addWidget(shown)
        if said:
            column.addWidget(Label(said, self._theme, "secondary", "muted", wrap=True))
        if one.get:
            button = Button(self.tr("Where to get it"), self._theme, "quiet", "link", lambda: self._open_page(one.get))
            button.setAccessibleDescription(one.get)
            button.setToolTip(one.get)
            row = QHBoxLayout()
            row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        self._layout.addRow(label, column)
        self.fields[one.name] = field

    def _field(self, one: Wanted) -> tuple[Field, QWidget | QHBoxLayout]:
        if one.kind == "switch":
            toggle = Toggle(one.title, self._theme)
            toggle.setChecked(bool(one.default))
            row = QHBoxLayout()
            row.addWidget(toggle)
            row.addStretch(1)
            return Field(one, toggle, toggle.isChecked, lambda: toggle.setChecked(False)), row
        if one.many:
            area = QPlainTextEdit("\n".join(one.default) if isinstance(one.default, list) else str(one.default or ""))
            area.setTabChangesFocus(True)
            area.setFixedHeight(area.fontMetrics().lineSpacing() * LINES + 20)
            area.setPlaceholderText(self.tr("one a line"))
            typed = lambda: [text for text in area.toPlainText().splitlines() if text.strip()]  # noqa: E731
            found = Field(one, area, typed, area.clear)
            return found, self._with_chooser(one, area, area.appendPlainText)
        line = QLineEdit(_text(one.default))
        line.returnPressed.connect(self.finished.emit)
        if one.kind == "secret":
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setMaxLength(MOST_SECRET)
            kept = one.secret in self._kept
            line.setPlaceholderText(
                self.tr("The keychain has it; type only to replace it")
                if kept
                else self.tr("Paste it; it goes into the system's keychain")
            )
        return Field(one, line, lambda: line.text() or None, line.clear), self._with_chooser(one, line, line.setText)

    def _with_chooser(self, one: Wanted, edit: QWidget, take: Callable[[str], object]) -> QWidget | QHBoxLayout:
        if one.kind not in ("folder", "file"):
            return edit
        choose = Button(self.tr("Choose…"), self._theme, pressed=lambda: self._pick(self, one, take))
        choose.setAccessibleName(self.tr("Choose {name}").format(name=visible(one.title, 80)))
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(edit, 1)
        row.addWidget(choose)
        return row


def _text(default: Answer | None) -> str:
    if default is None or isinstance(default, (list, bool)):
        return ""
    return str(int(default)) if isinstance(default, float) and default.is_integer() else str(default)
