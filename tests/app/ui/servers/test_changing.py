"""Changes to one server, in a file that a person wrote."""

from __future__ import annotations

from pathlib import Path

from app.core.settings import load
from app.ui.servers import changing


def nothing() -> None:
    """No gateway to ask."""


def test_a_server_without_an_entry_gets_one(home: str) -> None:
    changing.set_enabled(home, "filesystem", False, nothing)
    assert load(home).servers["filesystem"].enabled is False


def test_a_rule_comes_and_goes_and_comments_stay(home: str, tracker: Path) -> None:
    changing.set_rule(home, "tracker", "list_issues", "ask", nothing)
    assert load(home).servers["tracker"].tools == {"create_issue": "off", "list_issues": "ask"}
    changing.set_rule(home, "tracker", "list_issues", changing.DEFAULT, nothing)
    assert load(home).servers["tracker"].tools == {"create_issue": "off"}
    assert tracker.read_text().startswith("# mine\n")


def test_taking_away_a_rule_that_is_not_there_is_fine(home: str) -> None:
    changing.set_rule(home, "filesystem", "trash", changing.DEFAULT, nothing)
    assert load(home).servers["filesystem"].tools == {}
