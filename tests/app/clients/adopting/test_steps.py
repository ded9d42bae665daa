"""The order of adopting: whatever step it is killed before, nothing is lost, and doing it again finishes it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.clients.changes import Wish
from app.clients.check import check
from app.clients.connect import carry_out
from app.clients.targets import Installation, Target
from app.core import settings
from app.core.errors import ClientConfigError
from tests.app.clients.conftest import StillDesktop
from tests.fakes.killed_adoption import KEYS
from tests.fakes.open_secrets import ARGUMENT, CANARY, SERVERS, open_secrets_below
from tests.fakes.vault_door import VaultDoor

if sys.platform != "linux":
    pytest.skip("a process is killed, and files are exchanged", allow_module_level=True)

ADOPT = Wish("adopt", KEYS)
SECRETS = {"github-mcp": CANARY, "postgres": ARGUMENT}
ROOT = Path(__file__).parents[4]


@pytest.fixture
def config(config: Path) -> Path:
    config.write_text(json.dumps({"mcpServers": {key: SERVERS[key] for key in KEYS}}, indent=2))
    return config


def killed_before(step: int, target: Target, installation: Installation, door: VaultDoor) -> bool:
    """Do it in a process that dies before it touches the disk's names for that time; whether it died."""
    arguments = [installation.home, installation.bridge, target.path, str(door.vault), str(step)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.killed_adoption", *arguments], cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode != 0


@pytest.fixture
def connected(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> bytes:
    """A client that was connected before, so that a copy with open secrets lies in the home; its bytes."""
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    return config.read_bytes()


def test_a_kill_at_any_step_loses_nothing_and_the_next_try_finishes(
    connected: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor,
    tmp_path: Path,
) -> None:  # fmt: skip
    start = tmp_path / "start"
    shutil.copytree(installation.home, start)
    step, states = 0, set[str]()
    while killed_before(step, target, installation, door):
        moved = config.read_bytes() != connected
        assert all(entry for entry in json.loads(config.read_text())["mcpServers"].values())
        if moved:
            assert door.values == SECRETS
            assert set(settings.load(installation.home).servers) == set(SECRETS)
        states.add(check(target, installation, desktop).state)
        done = carry_out(target, installation, ADOPT, desktop)
        assert done.state in {"done", "already"}
        assert door.values == SECRETS
        assert open_secrets_below(Path(installation.home)) == []
        assert open_secrets_below(config.parent) == []
        carry_out(target, installation, Wish("return"), desktop)
        assert config.read_bytes() == connected
        shutil.rmtree(installation.home)
        shutil.copytree(start, installation.home)
        door.vault.unlink(missing_ok=True)
        step += 1
    assert step > 12
    assert states == {"connected"}


def test_what_was_interrupted_is_told(
    connected: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    door.locked = True
    with pytest.raises(ClientConfigError, match=f"{config} is as it was"):
        carry_out(target, installation, ADOPT, desktop)
    assert any("was begun and not finished" in note for note in check(target, installation, desktop).notes)
    door.locked = False
    carry_out(target, installation, ADOPT, desktop)
    assert not any("was begun" in note for note in check(target, installation, desktop).notes)


def test_a_keychain_that_closes_half_way_says_what_it_holds(
    connected: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    keep, count = door.keep, 0

    def once(secret: str, value: str) -> None:
        nonlocal count
        door.locked = count == 1
        count += 1
        keep(secret, value)

    door.keep = once
    with pytest.raises(ClientConfigError, match="1 of 2 secrets are in the keychain and are used when you try again"):
        carry_out(target, installation, ADOPT, desktop)
    assert config.read_bytes() == connected
    assert not settings.load(installation.home).servers
    door.keep, door.locked = keep, False
    assert carry_out(target, installation, ADOPT, desktop).secrets["GitHub MCP"] == {"env GITHUB_TOKEN": "github-mcp"}


def test_settings_that_cannot_be_written_leave_the_clients_file_as_it_was(
    connected: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    Path(settings.settings_path(installation.home)).write_text("[servers")
    with pytest.raises(ClientConfigError, match="Nothing was changed"):
        carry_out(target, installation, ADOPT, desktop)
    assert config.read_bytes() == connected
    assert door.values == {}


def test_an_app_that_starts_while_the_keychain_asks_keeps_its_file(
    connected: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    from app.desktop.apps import Running

    desktop.at_look = {desktop.looks + 2: lambda: setattr(desktop, "runs", Running(4711))}
    with pytest.raises(ClientConfigError, match="is running"):
        carry_out(target, installation, ADOPT, desktop)
    assert config.read_bytes() == connected


def test_the_rules_of_a_server_that_is_there_already_stay(
    connected: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ADOPT, desktop)
    path = Path(settings.settings_path(installation.home))
    path.write_text(
        path.read_text().replace("[servers.postgres]", '# mine\n[servers.postgres]\ntools = { drop = "off" }')
    )
    carry_out(target, installation, Wish("return"), desktop)
    carry_out(target, installation, ADOPT, desktop)
    assert settings.load(installation.home).servers["postgres"].tools == {"drop": "off"}
    assert "# mine" in path.read_text()


def test_a_disk_that_is_full_at_any_step_is_said_in_words_and_loses_nothing(
    connected: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    full_at, seen, real = 0, 0, os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal seen
        seen += 1
        if seen == full_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(VaultDoor, "put", lambda door, values: door.vault.write_text(json.dumps(values)))
    said: list[str] = []
    for step in range(1, 12):
        full_at, seen = step, 0
        try:
            carry_out(target, installation, ADOPT, desktop)
        except ClientConfigError as error:
            said.append(str(error))
        moved, full_at = config.read_bytes() != connected, 0
        assert carry_out(target, installation, ADOPT, desktop).state == ("already" if moved else "done")
        carry_out(target, installation, Wish("return"), desktop)
        assert config.read_bytes() == connected
    assert len(said) > 4
    assert all("No space left on device" in words for words in said)
    assert not any(secret in words for words in said for secret in SECRETS.values())
    assert door.values == SECRETS
