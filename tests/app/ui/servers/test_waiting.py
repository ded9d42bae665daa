"""What is said while a server is fetched and started."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from app.ui.servers import waiting
from app.ui.servers.waiting import WaitPanel

LONG = 20_000


@pytest.fixture
def panel(services, qtbot) -> WaitPanel:
    made = WaitPanel(services)
    qtbot.addWidget(made)
    made.show()
    return made


def test_only_what_it_writes_now_is_shown(panel: WaitPanel, home: str, qtbot) -> None:
    log = Path(home, "logs", "time.log")
    log.parent.mkdir()
    log.write_text("old\n")
    panel.begin("time", "Starting…")
    assert (panel.state.text(), panel.cancel.isVisible(), panel.retry.isVisible()) == ("Starting…", True, False)
    log.write_text("old\nnew\n")
    qtbot.waitUntil(lambda: panel.log.toPlainText() == "new", timeout=LONG)


def test_a_failure_has_a_way_on(panel: WaitPanel, qtbot) -> None:
    panel.begin("time", "Starting…")
    panel.fail("It ended.")
    assert panel.problem.text() == "It ended."
    for signal, button in ((panel.again, panel.retry), (panel.back, panel.change), (panel.cancelled, panel.cancel)):
        with qtbot.waitSignal(signal):
            button.click()
    panel.begin("time", "Starting…")
    assert (panel.problem.isVisible(), panel.bar.isVisible()) == (False, True)


def test_what_takes_long_is_explained(panel: WaitPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: now[0]))
    panel.begin("time", "Starting…")
    now[0] += 12
    panel.now("Still at it…")
    assert panel.state.text() == "Still at it… The first time it may have to be fetched, which can take a minute. 12 s"
    panel.end()
