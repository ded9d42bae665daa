"""Numbers with words and bounds, in force when it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.settings import Limits, load
from app.ui.settings.limits import LimitsPanel, bounds

LONG = 20_000


@pytest.fixture
def panel(services, qtbot) -> LimitsPanel:
    made = LimitsPanel(services)
    qtbot.addWidget(made)
    made.show()
    made.look()
    qtbot.waitUntil(made.numbers["journal_days"].isEnabled, timeout=LONG)
    return made


def test_every_limit_has_its_row(qapp) -> None:
    assert {each.key for each in bounds()} == set(Limits.__struct_fields__)
    assert all(each.name and each.low <= getattr(Limits(), each.key) <= each.high for each in bounds())


def test_a_number_is_written_and_comments_stay(panel: LimitsPanel, home: str, qtbot) -> None:
    Path(home, "doorkeep.toml").write_text("# mine\n")
    panel.numbers["journal_days"].setValue(30)
    panel.numbers["ask_minutes"].setValue(5)
    qtbot.waitUntil(lambda: panel.said.text() == "In force.", timeout=LONG)
    assert (load(home).limits.journal_days, load(home).limits.ask_minutes) == (30, 5)
    assert Path(home, "doorkeep.toml").read_text().startswith("# mine")


def test_a_number_beyond_the_bounds_is_shown_and_kept(services, home: str, qtbot) -> None:
    Path(home, "doorkeep.toml").write_text("[limits]\njournal_days = 40000\n")
    panel = LimitsPanel(services)
    qtbot.addWidget(panel)
    panel.look()
    qtbot.waitUntil(panel.numbers["journal_days"].isEnabled, timeout=LONG)
    assert panel.numbers["journal_days"].value() == 40_000


def test_what_cannot_be_written_goes_back(panel: LimitsPanel, home: str, qtbot) -> None:
    Path(home, "doorkeep.toml").write_text("this is not TOML")
    panel.numbers["journal_days"].setValue(30)
    qtbot.waitUntil(lambda: "not valid TOML" in panel.said.text(), timeout=LONG)
    assert panel.numbers["journal_days"].value() == 90
