"""The .deb in a Debian that has nothing else: installed, used by an ordinary user without a display, upgraded, and gone again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.clean_debian import HOME, CleanDebian, clean_debian
from tests.fakes.packages import NEXT, artefact

pytestmark = [pytest.mark.needs_root, pytest.mark.timeout(600)]
DATA = f"{HOME}/.local/share/doorkeep"
FOREIGN = {"mcpServers": {"weather": {"command": "/usr/bin/weather", "args": []}}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CleanDebian]:
    """What the package needs is there; the package is not."""
    package = artefact("doorkeep_0*.deb")
    if os.getuid() != 0:
        pytest.skip("only root can make a Debian in a folder")
    with clean_debian(tmp_path_factory.mktemp("clean")) as tree:
        tree.install_needs(package)
        yield tree


@pytest.fixture
def debian(made: CleanDebian) -> CleanDebian:
    """The user has nothing yet."""
    made.as_root("find", f"/{HOME}", "-mindepth", "1", "-delete")
    return made


@pytest.fixture
def installed(debian: CleanDebian) -> Iterator[CleanDebian]:
    """The package is installed, and afterwards it is gone whatever happened."""
    debian.as_root("dpkg", "--install", debian.bring(artefact("doorkeep_0*.deb")))
    yield debian
    debian.as_root("dpkg", "--purge", "doorkeep")


def client_config(debian: CleanDebian) -> Path:
    """A client of the user's, with a server of somebody else's in it."""
    path = debian.root / HOME / ".config/Claude/claude_desktop_config.json"
    debian.as_user("mkdir", "-p", f"/{HOME}/.config/Claude")
    path.write_text(json.dumps(FOREIGN, indent=2))
    os.chown(path, *(os.stat(debian.root / HOME)[4:6]))
    return path


def test_an_ordinary_user_does_the_main_job_without_a_display(installed: CleanDebian) -> None:
    assert "Every call is in the log" in installed.as_user("doorkeep", "demo").stdout
    checks = installed.as_user("doorkeep", "self-test", QT_QPA_PLATFORM="offscreen").stdout.splitlines()
    assert len(checks) >= 10
    assert all(json.loads(line)["ok"] for line in checks)
    told = installed.as_user("doorkeep-tray", check=False)
    assert (told.returncode, "there is no desktop here" in told.stderr) == (1, True)
    secret = installed.as_user("sh", "-c", "echo word | doorkeep secrets set github", check=False)
    assert (secret.returncode, "This session has no keychain" in secret.stderr) == (1, True), secret.stderr
    assert "Hidden=true" in (installed.root / "etc/xdg/autostart/doorkeep.desktop").read_text()


def test_nothing_but_the_users_own_stays_when_it_is_purged(debian: CleanDebian) -> None:
    config = client_config(debian)
    before = debian.files()
    debian.as_root("dpkg", "--install", debian.bring(artefact("doorkeep_0*.deb")))
    debian.as_user("doorkeep", "folders", "add", f"/{HOME}", "--access", "read")
    debian.as_user("doorkeep", "clients", "connect", "claude-desktop")
    assert "/usr/lib/doorkeep/current/doorkeep-bridge" in config.read_text()
    debian.as_user("doorkeep", "call", "filesystem", "list_directory", json.dumps({"path": f"/{HOME}"}))
    debian.as_root("dpkg", "--remove", "doorkeep")
    assert json.loads(config.read_text()) == FOREIGN
    debian.as_root("dpkg", "--purge", "doorkeep")
    new = {path for path in debian.files() - before if not path.startswith(DATA)}
    assert new - {os.path.dirname(DATA), os.path.dirname(os.path.dirname(DATA))} == set()
    assert before - debian.files() == set()
    assert (debian.root / DATA / "doorkeep.toml").is_file()
    assert "doorkeep" not in debian.as_root("dpkg-query", "--show", "--showformat", "${Package}\n")


def test_an_upgrade_keeps_what_runs_and_all_that_the_user_has(installed: CleanDebian) -> None:
    versions = installed.root / "usr/lib/doorkeep/versions"
    (old,) = os.listdir(versions)
    installed.as_user("doorkeep", "folders", "add", f"/{HOME}", "--access", "read")
    installed.as_user("doorkeep", "call", "filesystem", "list_directory", json.dumps({"path": f"/{HOME}"}))
    assert running(installed, old), "the gateway stays after a call"
    installed.as_root("dpkg", "--install", installed.bring(artefact(f"next/doorkeep_{NEXT}_*.deb")))
    assert os.readlink(installed.root / "usr/lib/doorkeep/current") == f"versions/{NEXT}"
    assert installed.as_user("doorkeep", "--version").stdout == f"doorkeep {NEXT}\n"
    assert (versions / old / "doorkeep").is_file(), "a gateway still runs from there"
    installed.as_user("doorkeep", "call", "filesystem", "list_directory", json.dumps({"path": f"/{HOME}"}))
    assert f"/{HOME}" in installed.as_user("doorkeep", "folders", "list").stdout.replace("~", f"/{HOME}")
    assert installed.as_user("doorkeep", "log", "verify").returncode == 0


def running(debian: CleanDebian, version: str) -> bool:
    """Whether something runs from that version's folder."""
    for pid in debian.processes():
        try:
            if f"/versions/{version}/" in os.readlink(f"/proc/{pid}/exe"):
                return True
        except OSError:
            continue
    return False
