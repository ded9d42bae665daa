"""Readable JSON and text."""

from __future__ import annotations

import pytest

from app.ui.kit.jsonview import MOST, TextView, unmasked


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\nin lines\r\n", "plain\ttext\nin lines\n"),
        (
            "a \N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}文 é \N{GRINNING FACE}",
            "a \N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}文 é \N{GRINNING FACE}",
        ),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u200bb\x1b[2Kc\rd", "a\\u200bb\\u001b[2Kc\\u000dd"),
        ("\ud800 \U000e0041", "\\ud800 \\U000e0041"),
    ],
)
def test_what_would_fool_the_eye_is_shown_by_its_number(text: str, shown: str) -> None:
    assert unmasked(text) == shown


def test_the_same_text_again_leaves_a_selection_alone(qtbot) -> None:
    view = TextView("Its own messages")
    qtbot.addWidget(view)
    view.show_text("one \x1b[1m two")
    view.selectAll()
    view.show_text("one \x1b[1m two")
    assert view.textCursor().hasSelection()


def test_arguments_read_as_they_are(qtbot) -> None:
    view = TextView("Arguments")
    qtbot.addWidget(view)
    view.show_json('{"path":"/d/\u202egnp.exe"}'.encode())
    assert "\\u202egnp.exe" in view.toPlainText()
