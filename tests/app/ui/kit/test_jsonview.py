"""Readable JSON and text."""

from __future__ import annotations

from app.ui.kit.jsonview import MOST, TextView


def test_json_is_indented_and_what_is_none_is_shown_as_it_is(qtbot) -> None:
    view = TextView("Arguments")
    qtbot.addWidget(view)
    view.show_json(b'{"a":[1]}')
    assert view.toPlainText().startswith('{\n  "a"')
    view.show_json(b"{nonsense")
    assert view.toPlainText() == "{nonsense"


def test_it_is_as_high_as_it_needs_up_to_its_lines(qtbot) -> None:
    view = TextView("Result", 5)
    qtbot.addWidget(view)
    view.show_text("one")
    low = view.height()
    view.show_text("\n".join("line" for _ in range(50)))
    assert low < view.height() < 200


def test_what_is_beyond_the_bound_is_said(qtbot) -> None:
    view = TextView("Result")
    qtbot.addWidget(view)
    view.show_text("x" * (MOST + 5))
    assert "5 more characters" in view.toPlainText()
