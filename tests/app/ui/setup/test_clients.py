"""Step three: what is said of an app is only what was just heard."""

from __future__ import annotations

from pathlib import Path

from app.core.journal.record import CallRecord
from app.ui.setup.clients import ClientBlock, ClientsStep

LONG = 20_000


def step_of(services, ground, qtbot) -> ClientsStep:
    step = ClientsStep(services, ground)
    qtbot.addWidget(step)
    step.show()
    step.look()
    return step


def block_of(step: ClientsStep, qtbot) -> ClientBlock:
    qtbot.waitUntil(lambda: bool(step.blocks), timeout=LONG)
    return next(iter(step.blocks.values()))


def connected(step: ClientsStep, qtbot) -> ClientBlock:
    block = block_of(step, qtbot)
    qtbot.waitUntil(block.panel.now.isVisible, timeout=LONG)
    block.panel.now.click()
    qtbot.waitUntil(lambda: block.standing.report.state == "connected", timeout=LONG)
    return block


def test_without_an_app_it_says_what_to_do(services, ground, guard: Path, qtbot, screens) -> None:
    step = step_of(services, ground, qtbot)
    qtbot.waitUntil(step.empty.isVisible, timeout=LONG)
    step.resize(672, 400)
    screens("setup-clients-empty", step)


def test_a_written_entry_is_not_yet_a_connection(services, ground, config: Path, qtbot) -> None:
    block = connected(step_of(services, ground, qtbot), qtbot)
    assert block.through.text() == "The entry stands. Start Claude Desktop to see it here."


def test_a_session_at_the_gateway_is_said(services, ground, config: Path, link, qtbot) -> None:
    step = step_of(services, ground, qtbot)
    block = connected(step, qtbot)
    link.answers["status"] = {"sessions": [{"client": "another 1"}, {"client": "claude-ai 0.1.0"}]}
    step.look()
    assert block.through.text().startswith("Claude Desktop has reached Doorkeep")
    link.answers["status"] = {"sessions": []}
    step.look()
    assert block.through.text().startswith("The entry stands")


def test_somebody_elses_call_is_not_taken_for_its_own(services, ground, config: Path, link, qtbot) -> None:
    block = connected(step_of(services, ground, qtbot), qtbot)
    link.record.emit(CallRecord(1, "", client="another 1"))
    assert "called" not in block.through.text()
    link.record.emit(CallRecord(2, "", client="claude-ai 0.1.0"))
    assert block.through.text() == "Claude Desktop called Doorkeep just now."


def test_a_file_that_cannot_be_read_is_said(services, ground, config: Path, qtbot) -> None:
    config.write_text("{ no JSON")
    block = block_of(step_of(services, ground, qtbot), qtbot)
    assert block.chip.accessibleName() == "Not possible"
    assert not block.panel.isVisible()
