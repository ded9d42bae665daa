"""Homes of every shape: several at once, names that are no ASCII, paths too long for a socket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bridge.home import address
from app.control.client import ControlClient
from app.core.folders import grant
from app.core.journal.reader import Reader
from tests.e2e.conftest import end_gateway
from tests.fakes.client import BridgeProcess
from tests.fakes.house import alive

Open = Callable[[Path], BridgeProcess]


@pytest.fixture
def opened(folder: Path) -> Iterator[Open]:
    """Grants the sample folder in a home and starts a bridge for it; ends bridge and gateway afterwards."""
    homes: list[str] = []
    bridges: list[BridgeProcess] = []

    def start(home: Path) -> BridgeProcess:
        home.mkdir(parents=True, exist_ok=True)
        homes.append(str(home))
        grant(str(home), str(folder), "read")
        bridges.append(BridgeProcess("--home", str(home), "filesystem"))
        return bridges[-1]

    yield start
    for bridge in bridges:
        bridge.end()
    for home in homes:
        end_gateway(home)
        if address(home).startswith("/tmp/doorkeep-"):
            assert not os.path.exists(address(home)), "a gateway that left takes its socket along"


def reads(bridge: BridgeProcess, folder: Path, id_: int = 1) -> bool:
    bridge.call(id_, "read_file", modern=True, path=str(folder / "report.md"))
    return "Total: 42" in str(bridge.answer(id_)["result"])


def test_three_homes_at_once_have_a_gateway_and_a_log_each(opened: Open, folder: Path, tmp_path: Path) -> None:
    homes = [tmp_path / f"home-{number}" for number in range(3)]
    bridges = [opened(home) for home in homes]
    for number, bridge in enumerate(bridges, 1):
        for id_ in range(number):
            assert reads(bridge, folder, id_)
    pids: set[int] = set()
    for home in homes:
        with ControlClient.connect(str(home)) as control:
            pids.add(control.pid)
    assert len(pids) == 3
    for number, home in enumerate(homes, 1):
        with Reader(str(home)) as reader:
            assert len(reader.query().records) == number


@pytest.mark.parametrize("name", ["with spaces and 'quotes'", "Größe-日本-😀", 'a "$HOME" ; b', "-minus"])
def test_a_home_of_any_name_serves(opened: Open, folder: Path, tmp_path: Path, name: str) -> None:
    assert reads(opened(tmp_path / name), folder)


def test_a_home_too_long_for_a_socket_is_served_from_a_private_folder_of_the_users(
    opened: Open, folder: Path, tmp_path: Path
) -> None:
    home = tmp_path / ("x" * 120) / "home"
    bridge = opened(home)
    assert reads(bridge, folder)
    door = address(str(home))
    assert door.startswith("/tmp/doorkeep-")
    found = os.lstat(os.path.dirname(door))
    assert (found.st_mode & 0o777, found.st_uid) == (0o700, os.getuid())
    with ControlClient.connect(str(home)) as control:
        pid = control.pid
    end_gateway(str(home))
    assert not alive(pid)
    assert not os.path.exists(os.path.dirname(door)), "nothing stays in the system's temporary folder"
    os.unlink(home / "stopped")
    assert reads(bridge, folder, 2), "and the next one is found in the same place"


def test_two_names_of_one_home_lead_to_one_gateway(opened: Open, folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "real"
    assert reads(opened(home), folder)
    (tmp_path / "link").symlink_to(home)
    other = BridgeProcess("--home", str(tmp_path / "link"), "filesystem")
    try:
        assert reads(other, folder)
        with ControlClient.connect(str(home)) as control:
            assert len(control.call("status")["sessions"]) == 2
    finally:
        other.end()
