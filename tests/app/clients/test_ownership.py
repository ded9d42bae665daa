"""Whose an entry is: decided by the command it runs and by our own record, never by its name."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from app.clients import ownership
from app.clients.holes import Holed
from app.clients.ownership import (
    WRITES_KEPT,
    Adopted,
    Place,
    Record,
    Write,
    Written,
    load,
    locked,
    record_path,
    same_path,
    save,
)
from app.clients.splice import Trace
from app.core.errors import ClientConfigError

BRIDGE = "/opt/doorkeep/doorkeep-bridge"

OWNERSHIP: list[tuple[Any, bool]] = [
    ({"command": BRIDGE, "args": ["filesystem"]}, True),
    ({"command": BRIDGE}, True),
    ({"command": "/opt/doorkeep/../doorkeep/doorkeep-bridge"}, True),
    ({"command": "/old/doorkeep-bridge"}, True),
    ({"command": "/elsewhere/doorkeep-bridge"}, False),
    ({"command": "doorkeep-bridge"}, False),
    ({"command": "npx", "args": [BRIDGE]}, False),
    ({"command": [BRIDGE]}, True),
    ({"args": ["filesystem"]}, False),
    (BRIDGE, False),
    (None, False),
]


@pytest.mark.parametrize(("entry", "ours"), OWNERSHIP, ids=[str(entry) for entry, _ in OWNERSHIP])
def test_an_entry_is_ours_by_its_command(entry: Any, ours: bool) -> None:
    assert Record(commands=["/old/doorkeep-bridge"]).owns(entry, BRIDGE) is ours


def test_a_record_comes_back_as_it_was_kept(home: str) -> None:
    written = Written("filesystem", {"command": BRIDGE, "args": ["filesystem"]}, Trace("\n", True, "\n"))
    record = Record({"/c.json": Place({"filesystem": written}, "b1", "d", "t", "/c.json", "/", True)}, [BRIDGE])
    record.remember(Write("t", "connect", "/c.json", "", "d", ""))
    save(home, "claude-desktop", record)
    assert load(home, "claude-desktop") == record
    assert load(home, "another") == Record()


def test_the_record_is_for_its_owner_only(home: str) -> None:
    save(home, "claude-desktop", Record())
    path = record_path(home, "claude-desktop")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700


def test_a_home_that_is_not_there_is_made_private(tmp_path: Path) -> None:
    home = tmp_path / "new"
    save(str(home), "claude-desktop", Record())
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_damaged_record_is_said_and_kept(home: str) -> None:
    save(home, "claude-desktop", Record())
    path = Path(record_path(home, "claude-desktop"))
    path.write_text("{")
    with pytest.raises(ClientConfigError, match="own record"):
        load(home, "claude-desktop")
    assert path.read_text() == "{"


def test_writes_are_remembered_up_to_a_bound() -> None:
    record = Record()
    for number in range(WRITES_KEPT + 10):
        record.remember(Write(str(number), "connect", "/c", "", "", ""))
    assert [write.at for write in record.writes] == [str(number) for number in range(10, WRITES_KEPT + 10)]


def test_backups_that_a_disconnect_needs_are_known() -> None:
    assert Record({"/a": Place(before="b1"), "/b": Place(before=""), "/c": Place()}).pinned() == {"b1"}


def test_one_program_at_a_time_changes_a_client(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "LOCK_SECONDS", 0.05)
    with locked(home, "claude-desktop"):
        with pytest.raises(ClientConfigError, match="Another Doorkeep program"), locked(home, "claude-desktop"):
            pytest.fail("two held the lock")
        with locked(home, "claude-desktop-3p"):
            pass
    with locked(home, "claude-desktop"):
        pass


def test_a_home_that_cannot_be_written_is_said(home: str) -> None:
    Path(home, "clients").write_text("in the way")
    with pytest.raises(ClientConfigError, match="cannot be written"), locked(home, "claude-desktop"):
        pytest.fail("there is no lock")
    with pytest.raises(ClientConfigError, match="cannot be written"):
        save(home, "claude-desktop", Record())


def test_paths_are_compared_as_the_system_does() -> None:
    assert same_path("/a//b/./c", "/a/b/c")
    assert not same_path("/a/b", "/a/bc")


def test_an_adopted_entry_is_known_by_its_key_and_server() -> None:
    record = Record(commands=["/b"], adopted={"/c.json": {"GitHub": Adopted("github", Holed(b"{}"))}})
    ours = {"command": "/b", "args": ["github"]}
    assert record.stands_for("/c.json", "GitHub", ours, "/b") is not None
    for real, key, entry in (
        ("/other.json", "GitHub", ours),
        ("/c.json", "other", ours),
        ("/c.json", "GitHub", {"command": "/b", "args": ["notes"]}),
        ("/c.json", "GitHub", {"command": "npx", "args": ["github"]}),
    ):
        assert record.stands_for(real, key, entry, "/b") is None
