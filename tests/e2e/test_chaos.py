from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.chaos import Chaos

KILLS = 50


@pytest.mark.timeout(600)
def test_fifty_kills_lose_no_row_hang_no_call_and_halve_no_file(home: str, tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    chaos = Chaos(home, folder, seed=2026)
    try:
        chaos.run(KILLS)
        chaos.judge()
    finally:
        chaos.end()
    assert set(chaos.kills) == {"server", "gateway", "bridge"}
