"""Tools and their rules."""

from __future__ import annotations

from app.ui.servers.facts import ServerFact, ToolFact
from app.ui.servers.tool_list import MOST_TOOLS, ToolList


def test_each_tool_has_its_rule_and_a_name_to_say(qtbot, theme) -> None:
    tools = [ToolFact("trash", "Put into the trash", "", False, {}), ToolFact("read", "Read", "", True, {})]
    made = ToolList(ServerFact("filesystem", "Files", "builtin", True, {"trash": "ask"}, tools), theme)
    qtbot.addWidget(made)
    assert made.rules["trash"].value == "ask"
    assert made.rules["read"].accessibleName() == "Rule for Read: By folder"
    with qtbot.waitSignal(made.rule_wanted) as wanted:
        made.rules["read"].segments[3].click()
    assert wanted.args == ["read", "off"]


def test_thousands_of_tools_stay_bounded_and_none_is_said(qtbot, theme) -> None:
    many = [ToolFact(f"t{number}", "T", "", True, {}) for number in range(2000)]
    made = ToolList(ServerFact("x", "X", "command", True, {}, many), theme)
    qtbot.addWidget(made)
    assert len(made.rules) == MOST_TOOLS
    none = ToolList(ServerFact("x", "X", "command", True, {}, []), theme)
    qtbot.addWidget(none)
    assert none.rules == {}
