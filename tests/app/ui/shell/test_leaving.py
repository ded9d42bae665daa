"""Signals of the system end the app through Qt's loop."""

from __future__ import annotations

import os
import signal

import pytest

from app.ui.shell.leaving import Leaving


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_leave(number: signal.Signals, qapp, qtbot) -> None:
    heard: list[bool] = []
    leaving = Leaving()
    leaving.then(lambda: heard.append(True))
    os.kill(os.getpid(), number)
    qtbot.waitUntil(lambda: bool(heard), timeout=20_000)
    leaving.close()


def test_a_signal_that_came_before_there_was_anything_to_leave_counts(qapp, qtbot) -> None:
    heard: list[bool] = []
    leaving = Leaving()
    os.kill(os.getpid(), signal.SIGTERM)
    qtbot.waitUntil(lambda: leaving._asked, timeout=20_000)
    leaving.then(lambda: heard.append(True))
    assert heard == []
    qtbot.waitUntil(lambda: heard == [True], timeout=20_000)
    leaving.close()


def test_closing_puts_the_old_order_back(qapp) -> None:
    before = signal.getsignal(signal.SIGTERM)
    Leaving().close()
    assert signal.getsignal(signal.SIGTERM) is before
