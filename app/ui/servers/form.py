"""A form made from a tool's input schema: what a person types becomes the arguments, and what they leave alone is left out.

What the form cannot show is typed as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtWidgets import QFormLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from app.ui.kit.combo import Combo
from app.ui.kit.labels import Label
from app.ui.kit.theme import CONTROL, M, S, Theme
from app.ui.kit.toggle import Toggle
from app.ui.kit.words import visible
from app.ui.servers.telling import tr

MOST_FIELDS = 40
LONG_TEXTS = frozenset({"content", "text", "body", "message", "markdown"})
LEFT_OUT = object()


class FormError(ValueError):
    """What was typed cannot be sent; the text says which field and why."""


class Field(NamedTuple):
    """`value` gives what was typed, LEFT_OUT where it was left alone; raises FormError."""

    name: str
    widget: QWidget
    value: Callable[[], Any]


class ArgumentsForm(QWidget):
    """The arguments of one tool."""

    def __init__(self, schema: dict[str, Any], theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.fields: dict[str, Field] = {}
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(M)
        self._layout.setVerticalSpacing(S)
        self._layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        properties = schema.get("properties")
        self.raw: QPlainTextEdit | None = None
        if not isinstance(properties, dict) or len(properties) > MOST_FIELDS:
            if schema.get("properties") or schema.get("additionalProperties") or schema.get("oneOf"):
                self._add_raw()
            else:
                self._layout.addRow(Label(self.tr("It needs nothing to be filled in."), theme, "secondary", "muted"))
            return
        required = schema.get("required") or []
        for name in sorted(properties, key=lambda name: name not in required):
            rule = properties[name] if isinstance(properties[name], dict) else {}
            self._add(str(name), rule, name in required)

    def arguments(self) -> dict[str, Any]:
        """What was typed, as the tool's arguments. Raises FormError."""
        if self.raw is not None:
            found = _json(self.tr("The arguments"), self.raw.toPlainText() or "{}")
            if not isinstance(found, dict):
                raise FormError(self.tr("The arguments are no JSON object."))
            return found
        values = {name: field.value() for name, field in self.fields.items()}
        return {name: value for name, value in values.items() if value is not LEFT_OUT}

    def _add_raw(self) -> None:
        self.raw = _lines("{}", 5)
        self.raw.setAccessibleName(self.tr("Arguments as JSON"))
        self._layout.addRow(Label(self.tr("Arguments as JSON"), self._theme, "secondary"), self.raw)

    def _add(self, name: str, rule: dict[str, Any], required: bool) -> None:
        field = _field(name, rule, required, self._theme)
        shown = visible(name.replace("_", " "), 40)
        words = self.tr("{name} (needed)").format(name=shown) if required else shown
        said = visible(str(rule.get("description") or ""), 300)
        field.widget.setAccessibleName(words)
        field.widget.setAccessibleDescription(said)
        field.widget.setToolTip(said)
        label = Label(words, self._theme, "secondary", None if required else "muted")
        label.setBuddy(field.widget)
        label.setToolTip(said)
        label.setMinimumHeight(
            min(CONTROL, field.widget.sizeHint().height())
        )  # its middle is that of the field's first line
        self._layout.addRow(label, field.widget)
        self.fields[name] = field


def _field(name: str, rule: dict[str, Any], required: bool, theme: Theme) -> Field:
    kind, items = rule.get("type"), rule.get("items")
    if isinstance(rule.get("enum"), list):
        return _choice(name, rule["enum"], rule, required, theme)
    if kind == "boolean":
        return _switch(name, rule, required, theme)
    if kind in ("integer", "number"):
        return _number(name, rule, required, whole=kind == "integer")
    if kind == "string":
        return _text(name, rule, required)
    if kind == "array" and isinstance(items, dict) and items.get("type") == "string":
        return _many(name, required)
    return _any(name, required)


def _choice(name: str, values: list[Any], rule: dict[str, Any], required: bool, theme: Theme) -> Field:
    known = values if required or rule.get("default") in values else [LEFT_OUT, *values]
    box = Combo(name, ["—" if value is LEFT_OUT else visible(str(value), 60) for value in known], theme)
    box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    default = rule.get("default")
    if default in known:
        box.setCurrentIndex(known.index(default))

    def value() -> Any:
        found = known[box.currentIndex()]
        return LEFT_OUT if not required and found == default else found

    return Field(name, box, value)


def _switch(name: str, rule: dict[str, Any], required: bool, theme: Theme) -> Field:
    box = Toggle(name, theme)
    default = bool(rule.get("default"))
    box.setChecked(default)

    def value() -> Any:
        return LEFT_OUT if not required and box.isChecked() == default else box.isChecked()

    return Field(name, box, value)


def _number(name: str, rule: dict[str, Any], required: bool, whole: bool) -> Field:
    line = QLineEdit()
    line.setMaximumWidth(160)
    if rule.get("default") is not None:
        line.setPlaceholderText(str(rule["default"]))

    def value() -> Any:
        typed = line.text().strip()
        if not typed and not required:
            return LEFT_OUT
        try:
            found = int(typed) if whole else float(typed)
        except ValueError:
            words = tr("{name}: “{typed}” is no whole number.") if whole else tr("{name}: “{typed}” is no number.")
            raise FormError(words.format(name=name, typed=visible(typed, 40))) from None
        least, most = rule.get("minimum"), rule.get("maximum")
        if (least is not None and found < least) or (most is not None and found > most):
            raise FormError(_out_of_bounds(name, least, most))
        return found

    return Field(name, line, value)


def _out_of_bounds(name: str, least: Any, most: Any) -> str:
    if most is None:
        return tr("{name}: it has to be at least {least}.").format(name=name, least=least)
    if least is None:
        return tr("{name}: it has to be at most {most}.").format(name=name, most=most)
    return tr("{name}: it has to be from {least} to {most}.").format(name=name, least=least, most=most)


def _text(name: str, rule: dict[str, Any], required: bool) -> Field:
    area = _lines("", 4) if name in LONG_TEXTS else None
    line = QLineEdit()
    if rule.get("default"):
        line.setPlaceholderText(visible(str(rule["default"]), 60))

    def value() -> Any:
        typed = area.toPlainText() if area is not None else line.text()
        if not typed and required and area is None:
            raise FormError(tr("{name}: it is needed.").format(name=name))
        return LEFT_OUT if not typed and not required else typed

    return Field(name, area or line, value)


def _many(name: str, required: bool) -> Field:
    area = _lines("", 3)
    area.setPlaceholderText(tr("one a line"))

    def value() -> Any:
        typed = [line for line in area.toPlainText().splitlines() if line.strip()]
        if not typed and required:
            raise FormError(tr("{name}: at least one is needed.").format(name=name))
        return typed or LEFT_OUT

    return Field(name, area, value)


def _any(name: str, required: bool) -> Field:
    area = _lines("", 4)
    area.setPlaceholderText("JSON")

    def value() -> Any:
        typed = area.toPlainText().strip()
        if not typed:
            if required:
                raise FormError(tr("{name}: it is needed.").format(name=name))
            return LEFT_OUT
        return _json(name, typed)

    return Field(name, area, value)


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormError(tr("{name}: this is no JSON ({why}).").format(name=name, why=error)) from None


def _lines(text: str, lines: int) -> QPlainTextEdit:
    made = QPlainTextEdit(text)
    made.setTabChangesFocus(True)
    made.setFixedHeight(made.fontMetrics().lineSpacing() * lines + 20)
    return made
