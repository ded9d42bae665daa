"""Forms out of schemas."""

from __future__ import annotations

from typing import Any

import pytest

from app.ui.servers.form import ArgumentsForm, FormError

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "depth": {"type": "integer", "minimum": 1, "maximum": 20, "default": 1},
        "share": {"type": "number", "minimum": 0},
        "hidden": {"type": "boolean", "default": True},
        "sort": {"enum": ["name", "size"], "default": "name"},
        "glob": {"type": "array", "items": {"type": "string"}},
        "content": {"type": "string"},
        "edits": {"type": "array", "items": {"type": "object"}},
        "path": {"type": "string", "description": "A folder"},
    },
    "required": ["path"],
}


def make(qtbot, theme, schema: dict[str, Any]) -> ArgumentsForm:
    made = ArgumentsForm(schema, theme)
    qtbot.addWidget(made)
    return made


def fill(form: ArgumentsForm, **typed: Any) -> None:
    for name, value in typed.items():
        widget: Any = form.fields[name].widget
        if isinstance(value, bool):
            widget.setChecked(value)
        elif hasattr(widget, "setPlainText"):
            widget.setPlainText(value)
        elif hasattr(widget, "setCurrentText"):
            widget.setCurrentText(value)
        else:
            widget.setText(value)


def test_what_is_left_alone_is_left_out(qtbot, theme) -> None:
    form = make(qtbot, theme, SCHEMA)
    fill(form, path="~/d")
    assert form.arguments() == {"path": "~/d"}


def test_everything_typed_becomes_its_type(qtbot, theme) -> None:
    form = make(qtbot, theme, SCHEMA)
    fill(form, path="p", depth="3", share="0.5", hidden=False, sort="size", glob="*.md\n\n*.txt", content="a\nb")
    fill(form, edits='[{"old": "a"}]')
    assert form.arguments() == {
        "path": "p", "depth": 3, "share": 0.5, "hidden": False, "sort": "size", "glob": ["*.md", "*.txt"],
        "content": "a\nb", "edits": [{"old": "a"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "path: it is needed"),
        ({"path": "p", "depth": "many"}, "no whole number"),
        ({"path": "p", "depth": "21"}, "from 1 to 20"),
        ({"path": "p", "share": "-1"}, "at least 0"),
        ({"path": "p", "edits": "[{"}, "edits: this is no JSON"),
    ],
)
def test_what_cannot_be_sent_is_said_with_its_field(qtbot, theme, typed: dict[str, str], words: str) -> None:
    form = make(qtbot, theme, SCHEMA)
    fill(form, **typed)
    with pytest.raises(FormError, match=words):
        form.arguments()


def test_what_is_needed_comes_first_and_has_a_name_to_say(qtbot, theme) -> None:
    form = make(qtbot, theme, SCHEMA)
    assert next(iter(form.fields)) == "path"
    assert form.fields["path"].widget.accessibleName() == "path (needed)"
    assert form.fields["path"].widget.accessibleDescription() == "A folder"


def test_a_schema_beyond_forms_is_typed_as_json(qtbot, theme) -> None:
    form = make(qtbot, theme, {"oneOf": [{"type": "object"}]})
    assert form.raw is not None
    form.raw.setPlainText('{"a": [1]}')
    assert form.arguments() == {"a": [1]}
    form.raw.setPlainText("[1]")
    with pytest.raises(FormError, match="no JSON object"):
        form.arguments()


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"type": "object", "properties": {}}])
def test_a_tool_that_needs_nothing_is_called_with_nothing(qtbot, theme, schema: dict[str, Any]) -> None:
    assert make(qtbot, theme, schema).arguments() == {}
