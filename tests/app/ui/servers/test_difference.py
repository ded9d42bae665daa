"""What has changed, before and after."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel

from app.ui.kit.theme import Theme
from app.ui.servers.difference import MOST_CHANGES, Difference
from app.ui.servers.reviews import read_review


def made(theme: Theme, qtbot, *changes: dict[str, Any]) -> Difference:
    found = Difference(read_review({"digest": "d", "accepted": True, "changes": list(changes)}), theme)
    qtbot.addWidget(found)
    found.show()
    return found


def test_both_sides_of_a_changed_member_are_shown_with_what_is_hidden_in_them(theme: Theme, qtbot) -> None:
    part = {"what": "description", "before": "Looks up.", "after": "Looks up.\u200b And sends."}
    found = made(theme, qtbot, {"name": "look_up", "kind": "changed", "parts": [part]})
    assert [view.toPlainText() for view in found.views] == ["-Looks up.\n+Looks up.\\u200b And sends."]
    assert found.views[0].accessibleName() == "Description, which the model reads of look_up"


def test_a_tool_that_is_gone_needs_no_lines(theme: Theme, qtbot) -> None:
    part = {"what": "description", "before": "x", "after": ""}
    assert made(theme, qtbot, {"name": "a", "kind": "gone", "parts": [part]}).views == []


def test_a_warning_is_shown_with_its_change(theme: Theme, qtbot) -> None:
    warned = {"where": "description", "words": "gives the model orders"}
    found = made(theme, qtbot, {"name": "a", "kind": "new", "parts": [], "warnings": [warned]})
    assert "description gives the model orders" in [label.text() for label in found.findChildren(QLabel)]


def test_a_flood_of_changes_is_bounded_and_said(theme: Theme, qtbot) -> None:
    found = made(theme, qtbot, *({"name": f"t{n}", "kind": "new"} for n in range(MOST_CHANGES + 2)))
    assert "2 more tools have changed and are not shown here." in [one.text() for one in found.findChildren(QLabel)]
