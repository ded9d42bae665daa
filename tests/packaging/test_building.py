"""What every step of a build stands on."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from app.version import VERSION

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
building = importlib.import_module("building")


def test_the_version_is_the_programs_own() -> None:
    assert building.read_version() == VERSION


def test_the_time_is_the_one_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert building.read_epoch() == 1_700_000_000


def test_without_one_it_is_the_commits_or_the_oldest_a_zip_can_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(building, "ROOT", str(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert building.read_epoch() == 315_532_800


def test_a_tool_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(building.BuildError, match=r"sh failed with status 3:\nno such thing"):
        building.run(["sh", "-c", "echo no such thing >&2; exit 3"])


def test_a_tool_that_is_not_there_is_named() -> None:
    with pytest.raises(building.BuildError, match="no-such-tool is not installed here"):
        building.run(["no-such-tool"])


def test_what_a_tool_said_is_kept_where_asked_for(tmp_path: Path) -> None:
    assert building.run(["sh", "-c", "echo out; echo err >&2"], log=str(tmp_path / "log")) == "out\n"
    assert (tmp_path / "log").read_text() == "out\nerr\n"


def test_links_count_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    (tmp_path / "b").symlink_to("a")
    assert building.size_of(str(tmp_path)) == 100
