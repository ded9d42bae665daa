"""What a server says that it can do, before it is accepted."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel

from app.ui.kit.theme import Theme
from app.ui.servers.offer import MOST_TOOLS, MOST_WORDS, Offer, Warnings
from app.ui.servers.reviews import Warned, read_review


def shown(theme: Theme, qtbot, **more: Any) -> list[str]:
    made = Offer(read_review({"digest": "d", **more}), theme)
    qtbot.addWidget(made)
    made.show()
    return [label.text() for label in made.findChildren(QLabel) if label.isVisible()]


def test_each_tool_is_shown_in_its_own_words(theme: Theme, qtbot) -> None:
    tools = [{"name": "get_time", "description": "Tells the time. Then more.", "read_only": True}]
    assert shown(theme, qtbot, tools=tools) == ["get time", "Tells the time. Then more."]


def test_markup_and_hidden_characters_are_shown_and_not_obeyed(theme: Theme, qtbot) -> None:
    words = "<b>Bold</b>\u202etxet\U000e0041"
    texts = shown(theme, qtbot, tools=[{"name": "a", "description": words}])
    assert "<b>Bold</b>\\u202etxet\\U000e0041" in texts


def test_a_warning_stands_beside_what_it_is_about(theme: Theme, qtbot) -> None:
    warned = {"kind": "secrets", "where": "description", "words": "asks for secrets (api key)"}
    texts = shown(theme, qtbot, tools=[{"name": "a", "warnings": [warned]}], warnings=[warned])
    assert "description asks for secrets (api key)" in texts
    assert any(text.startswith("In what it tells the model:") for text in texts)


def test_a_flood_is_bounded_and_said(theme: Theme, qtbot) -> None:
    tools = [{"name": f"t{number}", "description": "x" * 5000} for number in range(MOST_TOOLS + 3)]
    texts = shown(theme, qtbot, tools=tools)
    assert texts[-1] == "3 more tools are not shown here."
    assert max(map(len, texts)) == MOST_WORDS + 1


def test_a_server_without_tools_says_so(theme: Theme, qtbot) -> None:
    assert shown(theme, qtbot) == ["It offers no tools."]


def test_no_warning_is_no_line(theme: Theme, qtbot) -> None:
    made = Warnings([], theme)
    qtbot.addWidget(made)
    assert made.isHidden()
    assert not Warnings([Warned("x")], theme).isHidden()
