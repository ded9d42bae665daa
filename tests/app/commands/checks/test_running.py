from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.bridge.home import stopped_mark
from app.commands.checks.finding import Finding
from app.commands.checks.running import check_gateway, judge_status
from app.version import VERSION
from tests.fakes.house import House

STATUS: dict[str, Any] = {"pid": 7, "version": VERSION, "servers": []}


@pytest.fixture
def house(home: str) -> Iterator[House]:
    house = House(home)
    yield house
    house.end()


def test_a_running_gateway_is_in_order(house: House):
    house.start()
    assert [finding.state for finding in check_gateway(house.home)] == ["ok"]


def test_no_gateway_is_worth_a_note_only(home: str):
    assert [finding.state for finding in check_gateway(home)] == ["note"]


def test_a_stopped_doorkeep_is_told(home: str):
    Path(stopped_mark(home)).touch()
    assert [finding.state for finding in check_gateway(home)] == ["warning"]


def test_the_last_words_of_a_gateway_that_failed_are_shown(home: str):
    log = Path(home, "logs", "gateway.log")
    log.parent.mkdir()
    log.write_text("fine\nModuleNotFoundError: No module named 'msgspec'\n")
    assert any("msgspec" in finding.words for finding in check_gateway(home))


@pytest.mark.parametrize(
    ("differs", "state"),
    [
        ({"version": "0.0.1"}, "warning"),
        ({"version": "99.0.0"}, "warning"),
        ({"paused": True}, "warning"),
        ({"settings_error": "line 3"}, "problem"),
        ({"journal_error": "disk full"}, "problem"),
        ({"approvals": 2}, "note"),
        ({"servers": [{"name": "x", "state": "resting", "crashes": 5}]}, "warning"),
        ({"servers": [{"name": "x", "state": "running", "crashes": 0}]}, None),
    ],
)
def test_what_the_status_tells_becomes_a_finding(differs: dict[str, Any], state: str | None):
    found: list[Finding] = list(judge_status({**STATUS, **differs}))
    assert [finding.state for finding in found] == ["ok", *([state] if state else [])]
