"""The guardian's findings reach the app as signals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.clients.changes import Wish
from app.clients.connect import carry_out
from app.clients.targets import find_client, find_target
from app.ui.kit.connecting import Ground
from app.ui.kit.guarding import Guarding
from tests.fakes.clients import StillDesktop, make_bridge, write_config

LONG = 20_000


def test_a_wiped_file_is_told_and_nothing_after_the_end(
    home: str, guard: Path, tmp_path: Path, background, qtbot
) -> None:
    config = write_config(guard)
    ground = Ground(home, StillDesktop(), str(make_bridge(tmp_path)))
    carry_out(find_target(find_client("claude-desktop")), ground.writing(), Wish("connect"), ground.desktop)
    connected = config.read_text()
    told: list[Any] = []
    guarding = Guarding(ground, background)
    guarding.told.connect(told.append)
    guarding.start()
    qtbot.waitUntil(lambda: guarding.ready, timeout=LONG)
    config.write_text("{}")
    qtbot.waitUntil(lambda: bool(told), timeout=LONG)
    assert told[0].state == "wiped"
    guarding.close()
    assert background.finish(LONG)
    config.write_text(connected)
    guarding.stir()
    qtbot.wait(1)
    assert [report.state for report in told] == ["wiped"]


def test_one_that_ends_before_it_began_leaves_nothing_behind(home: str, background, qtbot, tmp_path: Path) -> None:
    guarding = Guarding(Ground(home, StillDesktop(), str(make_bridge(tmp_path))), background)
    guarding.start()
    guarding.close()
    assert background.finish(LONG)
    qtbot.wait(1)
    assert not guarding.ready
