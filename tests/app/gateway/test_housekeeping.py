from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.errors import JournalError
from app.core.journal.reader import Reader
from app.core.settings import Settings
from app.desktop.versions import put_in_force
from app.gateway import housekeeping
from app.gateway.housekeeping import Housekeeping, TellingJournal
from app.gateway.log import GatewayLog
from app.gateway.loop import Loop

Turn = Callable[..., object]


@pytest.fixture
def journal(home: str) -> Iterator[TellingJournal]:
    found = TellingJournal.open(home)
    assert isinstance(found, TellingJournal)
    yield found
    found.close()


def call(journal: TellingJournal) -> int:
    row = journal.opened(client="c", session="s", server="plain", tool="echo", arguments=b"{}")
    journal.decided(row, decision="allowed", by="policy", reason="", folder=None, paths=[])
    journal.commit()
    return row


def test_rows_are_carried_once_it_is_calm_and_then_no_timer_is_left(
    loop: Loop, home: str, journal: TellingJournal, turn_until: Turn
) -> None:
    steps: list[int] = []
    derive = journal.derive
    journal.derive = lambda limit=512: steps.append(derive(limit)) or steps[-1]  # type: ignore[method-assign]
    Housekeeping(loop, journal, Settings, GatewayLog(home))
    call(journal)
    call(journal)
    turn_until(lambda: steps)
    assert steps == [4]
    with Reader(home) as reader:
        assert len(reader.query().records) == 2
    assert loop._timers.wait() is not None
    for _ in range(3):
        loop.tick(0)
    assert steps == [4]


def test_while_calls_keep_coming_rows_wait(
    loop: Loop, home: str, journal: TellingJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    journal.derive = lambda limit=512: steps.append(limit) or 0  # type: ignore[method-assign]
    kept = Housekeeping(loop, journal, Settings, GatewayLog(home))
    call(journal)
    for _ in range(housekeeping.BUSY_TICKS + 5):
        call(journal)
    kept._carry()
    assert steps == []
    kept._carry()
    assert steps == [housekeeping.STEP]


def test_where_it_never_gets_calm_rows_are_carried_a_step_at_a_time(
    loop: Loop, home: str, journal: TellingJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "LATEST_SECONDS", 0)
    steps: list[int] = []
    journal.derive = lambda limit=512: steps.append(limit) or limit  # type: ignore[method-assign]
    kept = Housekeeping(loop, journal, Settings, GatewayLog(home))
    for _ in range(housekeeping.BUSY_TICKS + 5):
        call(journal)
    kept._carry()
    for _ in range(5):
        loop.tick(0)
    assert steps == [housekeeping.STEP]


def test_old_rows_go_in_steps_and_a_failing_log_is_said(
    loop: Loop, home: str, journal: TellingJournal, turn_until: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "FIRST_PRUNE_SECONDS", 0)
    answers: list[int | JournalError] = [500, 20, 0]
    asked: list[float] = []

    def prune(days: float, *, limit: int = 0) -> int:
        asked.append(days)
        answer = answers.pop(0)
        if isinstance(answer, JournalError):
            raise answer
        return answer

    journal.prune = prune  # type: ignore[method-assign]
    kept = Housekeeping(loop, journal, Settings, GatewayLog(home))
    turn_until(lambda: not answers)
    assert asked == [90, 90, 90]
    answers.append(JournalError("The disk is full."))
    kept._prune()
    assert "The disk is full." in Path(home, "logs", "gateway.log").read_text()


def test_older_releases_that_nobody_runs_are_removed_and_that_is_said(
    loop: Loop, home: str, journal: TellingJournal, turn_until: Turn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for release in ("0.0.1", "0.0.2"):
        (tmp_path / "versions" / release).mkdir(parents=True)
    put_in_force(str(tmp_path), "0.0.2")
    monkeypatch.setattr(housekeeping.programs, "root", lambda: str(tmp_path))
    monkeypatch.setattr(housekeeping, "FIRST_CLEAR_SECONDS", 0)
    monkeypatch.setattr(housekeeping, "TOLD_SECONDS", 0.01)
    Housekeeping(loop, journal, Settings, GatewayLog(home))
    log = Path(home, "logs", "gateway.log")
    turn_until(lambda: log.exists() and "release 0.0.1: nobody ran it any more" in log.read_text())
    assert [path.name for path in (tmp_path / "versions").iterdir()] == ["0.0.2"]


def test_where_releases_do_not_lie_side_by_side_nothing_is_looked_for(
    loop: Loop, home: str, journal: TellingJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_clear_old", lambda root: pytest.fail("nothing is to be removed"))
    Housekeeping(loop, journal, Settings, GatewayLog(home))._clear()
