"""Every client at one glance: its file, its state, its last call, its copies."""

from __future__ import annotations

import os
from pathlib import Path

from app.clients import overview
from app.clients.changes import Wish
from app.clients.connect import carry_out
from app.clients.targets import Installation, Target
from app.core.journal.record import CallRecord
from app.core.journal.writer import Journal
from tests.fakes.vault_door import VaultDoor


def test_a_machine_without_clients_has_none(installation: Installation, desktop) -> None:
    assert overview.standings(installation, desktop) == []


def test_a_client_that_is_there_stands_there(installation: Installation, desktop, config: Path) -> None:
    (found,) = overview.standings(installation, desktop)
    assert (found.target.path, found.report.state) == (str(config), "not connected")
    assert (found.last_call, found.backups) == (None, ())


def test_its_copies_are_those_of_that_very_file(installation: Installation, desktop, target: Target) -> None:
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    (found,) = overview.standings(installation, desktop)
    assert [each.path for each in found.backups] == [os.path.realpath(target.path)]


def test_a_file_that_we_wrote_into_is_known_where_the_client_is_gone(
    installation: Installation, desktop, target: Target, monkeypatch
) -> None:
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    monkeypatch.setattr(overview, "find_targets", lambda _client: [])
    assert [each.path for each in overview.known_targets(installation.home)] == [target.path]


def test_the_newest_call_of_the_client_is_the_last_one(installation: Installation, desktop, config: Path) -> None:
    journal = Journal.open(installation.home)
    for client in ("claude-ai 0.1.0", "claude-ai 0.1.0", "another 1"):
        journal.opened(client=client, session="s", server="filesystem", tool="read_file", arguments=b"{}")
    journal.commit()
    journal.close()
    (found,) = overview.standings(installation, desktop)
    assert found.last_call is not None
    assert found.last_call.id == 2


def test_a_call_is_told_by_the_name_before_the_version() -> None:
    def record(client: str) -> CallRecord:
        return CallRecord(1, "", client=client)

    assert overview.calls_as("claude-desktop", record("claude-ai 0.1.0"))
    assert overview.calls_as("claude-desktop", record("claude-ai"))
    assert not overview.calls_as("claude-desktop", record("claude-ai-other 1"))
    assert not overview.calls_as("another", record("claude-ai 0.1.0"))


def test_a_log_that_cannot_be_read_is_no_call(home: str) -> None:
    Path(home, "journal").mkdir()
    assert overview.last_call(home, "claude-ai") is None


def test_servers_of_others_and_adopted_ones_are_told_apart(
    config: Path, target: Target, installation: Installation, desktop, door: VaultDoor
) -> None:
    found = overview.standings(installation, desktop)[0]
    assert ([each.key for each in found.foreign], found.adopted) == (["weather"], {})
    carry_out(target, installation, Wish("adopt"), desktop)
    found = overview.standings(installation, desktop)[0]
    assert (found.foreign, found.adopted) == ((), {"weather": "weather"})
    config.write_text("{")
    found = overview.standings(installation, desktop)[0]
    assert (found.report.state, found.foreign, found.adopted) == ("unreadable", (), {})
