"""The guardian tells what happened to our entries, puts nothing back by itself, and carries out what waited."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clients import backups, guardian, ownership, pending
from app.clients.changes import Wish
from app.clients.check import Report
from app.clients.connect import carry_out, carry_out_when_closed
from app.clients.due import Applied
from app.clients.guardian import Guardian
from app.clients.targets import Installation, Target
from app.desktop.apps import Running
from tests.app.clients.conftest import StillDesktop

Wait = Callable[..., object]


class Watch:
    """A guardian and all that it told."""

    def __init__(self, installation: Installation, desktop: Any, target: Target) -> None:
        self.told: list[Report] = []
        self.applied: list[Applied] = []
        self.guardian = Guardian(
            installation, desktop, [target], self.told.append, self.applied.append, calm=0.02, look_again=0.05
        )

    @property
    def states(self) -> list[str]:
        return [report.state for report in self.told]


@pytest.fixture
def watch(target: Target, installation: Installation, desktop: StillDesktop) -> Iterator[Watch]:
    found = Watch(installation, desktop, target)
    yield found
    found.guardian.stop()


@pytest.fixture
def connected(target: Target, installation: Installation, desktop: StillDesktop) -> Target:
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    return target


def replace(config: Path, document: dict[str, Any]) -> None:
    """As the app saves."""
    new = config.with_suffix(".tmp")
    new.write_text(json.dumps(document))
    new.rename(config)


def looked(watch: Watch, desktop: StillDesktop, wait_until: Wait) -> None:
    """Until the guardian has looked from beginning to end, told to do so."""
    seen = desktop.looks
    wait_until(lambda: watch.guardian.stir() or desktop.looks > seen + 2)


def test_a_wiped_file_is_told_once(connected: Target, config: Path, watch: Watch, wait_until: Wait) -> None:
    watch.guardian.start()
    replace(config, {"preferences": {}})
    wait_until(lambda: watch.told)
    replace(config, {"preferences": {"x": 1}})
    replace(config, {"mcpServers": {"other": {"command": "x"}}})
    wait_until(lambda: len(watch.told) == 2)
    assert watch.states == ["wiped", "removed"]
    assert watch.told[0].lost == ("filesystem",)


def test_what_happened_before_the_start_is_told(
    connected: Target, config: Path, watch: Watch, wait_until: Wait
) -> None:
    replace(config, {})
    watch.guardian.start()
    wait_until(lambda: watch.states == ["wiped"])


def test_nothing_is_put_back_unasked(
    connected: Target, config: Path, watch: Watch, desktop: StillDesktop, wait_until: Wait
) -> None:
    watch.guardian.start()
    replace(config, {"mcpServers": {"other": {"command": "x"}}})
    wait_until(lambda: watch.told)
    looked(watch, desktop, wait_until)
    assert "filesystem" not in json.loads(config.read_text())["mcpServers"]


def test_a_yes_puts_the_entry_back_at_once_where_the_app_is_closed(
    connected: Target, config: Path, watch: Watch, wait_until: Wait
) -> None:
    watch.guardian.start()
    replace(config, {"preferences": {"new": 1}})
    wait_until(lambda: watch.told)
    assert watch.guardian.put_back(watch.told[0]).state == "done"
    wait_until(lambda: watch.states == ["wiped", "connected"])
    assert json.loads(config.read_text())["preferences"] == {"new": 1}


def test_a_yes_waits_for_a_running_app(
    connected: Target, config: Path, watch: Watch, desktop: StillDesktop, wait_until: Wait
) -> None:
    desktop.runs = Running(4711)
    watch.guardian.start()
    replace(config, {"preferences": {}})
    wait_until(lambda: watch.told)
    assert watch.guardian.put_back(watch.told[0]).state == "waiting"
    looked(watch, desktop, wait_until)
    assert "mcpServers" not in json.loads(config.read_text())
    desktop.runs = None
    wait_until(lambda: watch.applied)
    wait_until(lambda: watch.states[-1] == "connected")
    assert "filesystem" in json.loads(config.read_text())["mcpServers"]


def test_a_wish_from_before_the_start_is_carried_out(
    target: Target, config: Path, watch: Watch, desktop: StillDesktop, installation: Installation, wait_until: Wait
) -> None:
    desktop.runs = Running(4711)
    carry_out_when_closed(target, installation, Wish("connect", ("filesystem",)), desktop)
    watch.guardian.start()
    looked(watch, desktop, wait_until)
    assert pending.waiting(installation.home)
    desktop.runs = None
    wait_until(lambda: watch.applied)
    assert watch.applied[0].problem == ""
    assert "filesystem" in json.loads(config.read_text())["mcpServers"]


def test_a_file_of_others_is_nobodys_business(
    target: Target, config: Path, watch: Watch, desktop: StillDesktop, wait_until: Wait
) -> None:
    watch.guardian.start()
    replace(config, {})
    looked(watch, desktop, wait_until)
    assert watch.told == []


def test_each_list_of_servers_is_kept_before_the_app_forgets_it(
    target: Target, config: Path, watch: Watch, installation: Installation, wait_until: Wait
) -> None:
    def kept() -> list[bytes]:
        found = backups.list_backups(installation.home, "claude-desktop")
        return [backups.load(installation.home, "claude-desktop", each.id)[1] for each in reversed(found)]

    first = config.read_bytes()
    watch.guardian.start()
    wait_until(lambda: kept() == [first])
    replace(config, {"mcpServers": {"new": {"command": "x"}}})
    second = config.read_bytes()
    wait_until(lambda: kept() == [first, second])
    replace(config, {"mcpServers": {"new": {"command": "x"}}, "preferences": {"toggled": 1}})
    replace(config, {"preferences": {}})
    watch.guardian.stop()
    assert kept() == [first, second]


def test_a_file_that_cannot_be_read_is_told(connected: Target, config: Path, watch: Watch, wait_until: Wait) -> None:
    watch.guardian.start()
    config.write_text("{")
    wait_until(lambda: watch.states == ["unreadable"])


def test_a_watched_file_behind_a_link_is_watched(
    connected: Target, config: Path, tmp_path: Path, watch: Watch, wait_until: Wait
) -> None:
    real = tmp_path / "dotfiles" / "claude.json"
    real.parent.mkdir()
    config.rename(real)
    config.symlink_to(real)
    record = ownership.load(watch.guardian.installation.home, "claude-desktop")
    record.places[str(real.resolve())] = record.places.pop(str(config.resolve().parent / config.name), None) or next(
        iter(record.places.values())
    )
    ownership.save(watch.guardian.installation.home, "claude-desktop", record)
    watch.guardian.start()
    replace(real, {})
    wait_until(lambda: watch.states == ["wiped"])


def test_an_error_of_whoever_is_told_ends_nothing(
    connected: Target, config: Path, watch: Watch, wait_until: Wait, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Report] = []

    def break_once(report: Report) -> None:
        told.append(report)
        if len(told) == 1:
            raise RuntimeError("the window is gone")

    vars(watch.guardian)["_tell"] = break_once
    with caplog.at_level(logging.ERROR, logger=guardian.__name__):
        watch.guardian.start()
        replace(config, {})
        wait_until(lambda: told)
        replace(config, {"mcpServers": {}})
        wait_until(lambda: len(told) == 2)
    assert "could not look" in caplog.text


def test_other_files_in_the_folder_wake_nobody(
    connected: Target, config: Path, watch: Watch, desktop: StillDesktop, wait_until: Wait
) -> None:
    vars(watch.guardian)["_look_again"] = 600.0
    watch.guardian.start()
    wait_until(lambda: desktop.looks > 1)
    before = desktop.looks
    for number in range(50):
        config.with_name(f"Cookies-{number}").write_text("x")
    replace(config, {})
    wait_until(lambda: watch.told)
    assert desktop.looks - before <= 4


def test_stopping_is_possible_at_any_time(target: Target, installation: Installation, desktop: StillDesktop) -> None:
    Watch(installation, desktop, target).guardian.stop()
    started = Watch(installation, desktop, target).guardian
    started.start()
    started.stop()
    started.stop()


def test_a_change_in_the_moment_of_the_end_is_no_error(
    target: Target, installation: Installation, desktop: StillDesktop, caplog: pytest.LogCaptureFixture
) -> None:
    started = Watch(installation, desktop, target).guardian
    started.start()
    started.stop()
    said = logging.getLogger("watchdog.observers.inotify")
    said.error("InotifyEmitter.queue_events() called when the thread is inactive")
    said.error("something else")
    assert [record.getMessage() for record in caplog.records] == ["something else"]


def test_a_folder_that_is_not_there_yet_is_no_reason_to_fail(
    installation: Installation, desktop: StillDesktop, target: Target, config: Path, wait_until: Wait
) -> None:
    config.unlink()
    config.parent.rmdir()
    watch = Watch(installation, desktop, target)
    watch.guardian.start()
    try:
        wait_until(lambda: desktop.looks)
        assert watch.told == []
    finally:
        watch.guardian.stop()
