"""An upgrade while clients of both eras never stop calling: with this very code as two releases, and with the packaged programs."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.control.client import ControlClient
from app.core.errors import DoorkeepError
from app.core.folders import grant
from app.core.journal.reader import Reader
from app.core.journal.verify import verify
from app.desktop.versions import clear, put_in_force
from tests.e2e.conftest import end_gateway
from tests.fakes import packages
from tests.fakes.client import BridgeProcess
from tests.fakes.releases import Releases

pytestmark = pytest.mark.timeout(300)
BOUND = 120.0
NEW = packages.NEXT


def stand_ins(root: Path) -> None:
    releases = Releases(root)
    for version in ("0.0.9", NEW):
        releases.add(version)


def packaged(root: Path) -> None:
    for version, which in (("0.0.9", ""), (NEW, "also")):
        shutil.copytree(packages.onedir(which), root / "versions" / version, symlinks=True, copy_function=_linked)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another disk
        shutil.copy2(source, target, follow_symlinks=False)


@pytest.fixture(params=[stand_ins, packaged], ids=["stand-ins", "packaged"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Two releases side by side, the older in force."""
    root = tmp_path / "Prógramme hier" / "doorkeep"
    request.param(root)
    put_in_force(str(root), "0.0.9")
    return root


class Caller:
    """A client that appends one line a call to a file of its own, until it is told to stop."""

    def __init__(self, root: Path, home: str, path: Path, *, modern: bool, pump: bool) -> None:
        command = [str(root / "current" / "doorkeep-bridge"), "--home", home, "filesystem"]
        self.bridge = BridgeProcess(command=command, pump=pump)
        self.path = path
        self.modern = modern
        self.done = 0
        self.failed: list[object] = []
        self.enough = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        if not modern:
            self.bridge.initialize()
            self.bridge.answer("init", BOUND)
        self._thread.start()

    def _run(self) -> None:
        while not self.enough.is_set() and not self.failed:
            line = f"{self.done}\n"
            self.bridge.call(self.done, "write_file", self.modern, path=str(self.path), content=line, mode="append")
            try:
                answer = self.bridge.answer(self.done, BOUND)
            except AssertionError as error:
                self.failed.append(error)
                return
            if "error" in answer or answer["result"].get("isError"):
                self.failed.append(answer)
            else:
                self.done += 1

    def stop(self) -> None:
        self.enough.set()
        self._thread.join(BOUND)
        assert not self._thread.is_alive()


@pytest.fixture
def callers(root: Path, home: str, folder: Path) -> Iterator[list[Caller]]:
    grant(home, str(folder), "write")
    with Path(home, "doorkeep.toml").open("a") as settings:
        settings.write("\n[limits]\ncalls_per_minute = 100000\n")
    kinds = [(False, False), (True, False), (False, True), (True, True)]
    found = [
        Caller(root, home, folder / f"{number}.txt", modern=modern, pump=pump)
        for number, (modern, pump) in enumerate(kinds)
    ]
    yield found
    for one in found:
        one.enough.set()
        one.bridge.end()
    end_gateway(home)
    print(Path(home, "logs", "gateway.log").read_text())  # shown where the test failed


def version(home: str) -> str:
    try:
        with ControlClient.connect(home) as control:
            return control.version
    except DoorkeepError:
        return ""


def test_every_call_of_every_client_is_done_once_and_none_is_told_of_the_upgrade(
    root: Path, home: str, callers: list[Caller], wait_until: Callable[..., object]
) -> None:
    wait_until(lambda: all(one.done > 5 for one in callers), BOUND)
    assert version(home) != NEW
    put_in_force(str(root), NEW)
    newer = BridgeProcess(command=[str(root / "current" / "doorkeep-bridge"), "--home", home, "filesystem"])
    try:
        wait_until(lambda: version(home) == NEW or any(one.failed for one in callers), BOUND)
        before = [one.done for one in callers]
        wait_until(
            lambda: all(one.done > done + 5 or one.failed for one, done in zip(callers, before, strict=True)), BOUND
        )
    finally:
        newer.end()
    for one in callers:
        one.stop()
    assert [one.failed for one in callers] == [[]] * 4
    for one in callers:
        assert one.path.read_text().split() == [str(number) for number in range(one.done)]
    wait_until(lambda: outcomes(home) == ["ok"] * sum(one.done for one in callers), BOUND)
    assert verify(home).whole


def outcomes(home: str) -> list[object]:
    with Reader(home) as reader:
        return [row.outcome for row in reader.walk()]


def test_the_older_release_is_taken_away_when_its_last_bridge_has_gone(
    root: Path, home: str, callers: list[Caller], wait_until: Callable[..., object]
) -> None:
    wait_until(lambda: all(one.done for one in callers), BOUND)
    put_in_force(str(root), NEW)
    newer = BridgeProcess(command=[str(root / "current" / "doorkeep-bridge"), "--home", home, "filesystem"])
    wait_until(lambda: version(home) == NEW, BOUND)
    if (root / "versions" / "0.0.9" / "_internal" / "base_library.zip").exists():  # packaged: its processes can be told
        assert clear(str(root)) == []
    for one in callers:
        one.stop()
        one.bridge.end()
    newer.end()
    wait_until(lambda: clear(str(root)) or not (root / "versions" / "0.0.9").exists(), BOUND)
    assert os.listdir(root / "versions") == [NEW]
