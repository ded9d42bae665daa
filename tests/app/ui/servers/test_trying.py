"""Trying a tool: what is sent, and what comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from app.core.errors import DoorkeepError, GatewayUnreachableError
from app.ui.servers.facts import ToolFact
from app.ui.servers.trying import TryPanel

LONG = 20_000
TOOLS = [
    ToolFact("read", "Read", "Reads. More.", True, {"properties": {"path": {"type": "string"}}, "required": ["path"]}),
    ToolFact("now", "Now", "", True, {"type": "object"}),
]


def panel(services, qtbot, call) -> TryPanel:
    made = TryPanel(services, "files", TOOLS, call)
    made.resize(640, 200)
    qtbot.addWidget(made)
    made.show()
    return made


def test_nothing_is_sent_while_something_is_missing(services, qtbot) -> None:
    made = panel(services, qtbot, lambda *_: 1 / 0)
    made.run.click()
    assert made.state.text() == "path: it is needed."


def test_a_refusal_is_shown_as_one(services, qtbot) -> None:
    refused = {"isError": True, "content": [{"type": "text", "text": "The folder is off."}]}
    made = panel(services, qtbot, lambda *_: refused)
    made.choice.setCurrentIndex(1)
    made.run.click()
    qtbot.waitUntil(made.result.isVisible, timeout=LONG)
    assert made.state.text().startswith("It was refused or failed")
    assert made.result.toPlainText() == "The folder is off."


def test_without_a_gateway_it_says_so_and_can_be_tried_again(services, qtbot) -> None:
    def call(*_: Any) -> dict[str, Any]:
        raise GatewayUnreachableError("No gateway is running.")

    made = panel(services, qtbot, call)
    made.choice.setCurrentIndex(1)
    made.run.click()
    qtbot.waitUntil(made.run.isEnabled, timeout=LONG)
    assert made.state.text() == "No gateway is running."


def test_a_call_that_takes_long_can_be_cancelled(services, qtbot, screens) -> None:
    def call(_home: str, _server: str, _tool: str, _arguments: Any, unwanted: Callable[[], bool]) -> dict[str, Any]:
        end = time.monotonic() + 20
        while not unwanted() and time.monotonic() < end:
            threading.Event().wait(0.01)
        raise DoorkeepError("The call was cancelled.", "What it had done by then stays done.")

    made = panel(services, qtbot, call)
    made.choice.setCurrentIndex(1)
    made.run.click()
    qtbot.waitUntil(made.cancel.isVisible, timeout=LONG)
    assert not made.run.isEnabled()
    screens("servers-trying-waiting", made)
    made.cancel.click()
    qtbot.waitUntil(made.run.isEnabled, timeout=LONG)
    assert made.state.text().startswith("The call was cancelled.")
    assert not made.cancel.isVisible()


def test_an_answer_of_a_tool_that_is_no_longer_chosen_is_dropped(services, qtbot) -> None:
    go = threading.Event()

    def call(*_: Any) -> dict[str, Any]:
        go.wait(20)
        return {"content": [{"type": "text", "text": "late"}]}

    made = panel(services, qtbot, call)
    made.choice.setCurrentIndex(1)
    made.run.click()
    made.choice.setCurrentIndex(0)
    go.set()
    services.background.finish(LONG)
    qtbot.wait(1)
    assert not made.result.isVisible()
    assert made.run.isEnabled()
