"""The archive for any Linux, as a person meets it: unpacked somewhere, installed for them, used, and removed again.

Their home has spaces and letters beyond ASCII in its name.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.packages import NEXT, artefact, onedir
from tests.fakes.x_session import missing, x_session

pytestmark = pytest.mark.timeout(300)
BOUND = 120.0
FOREIGN = {"mcpServers": {"weather": {"command": "/usr/bin/weather", "args": []}}}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The one folder that the archive holds."""
    archive = artefact("doorkeep-*.tar.gz")
    place = tmp_path_factory.mktemp("Ann Müller’s downloads")
    subprocess.run(["tar", "-xzf", str(archive), "-C", str(place)], check=True, timeout=BOUND)
    (folder,) = place.iterdir()
    yield folder
    shutil.rmtree(place)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "Ann Müller’s home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


def ran(program: Path, *words: str, status: int = 0) -> str:
    done = subprocess.run(
        [str(program), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
        cwd="/",
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stderr


def test_installed_used_and_removed_without_a_trace_but_the_users_own(unpacked: Path, account: Path) -> None:
    config = account / ".config/Claude/claude_desktop_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps(FOREIGN))
    ran(unpacked / "doorkeep", "install")
    installed = account / ".local/bin/doorkeep"
    assert "Every call is in the log" in ran(installed, "demo")
    ran(installed, "clients", "connect", "claude-desktop")
    bridge = json.loads(config.read_text())["mcpServers"]["filesystem"]["command"]
    assert bridge == str(account / ".local/lib/doorkeep/current/doorkeep-bridge")
    entry = account / ".local/share/applications/doorkeep.desktop"
    validator = shutil.which("desktop-file-validate")
    if validator:
        subprocess.run([validator, str(entry)], check=True, timeout=60)
    assert "Doorkeep is removed." in ran(installed, "uninstall")
    assert json.loads(config.read_text()) == FOREIGN
    data = account / ".local/share/doorkeep"
    left = {path for path in account.rglob("*") if not path.is_dir() and not path.is_relative_to(data)}
    assert left == {config}


def test_it_can_be_installed_again_over_itself(unpacked: Path, account: Path) -> None:
    ran(unpacked / "doorkeep", "install")
    ran(unpacked / "doorkeep", "install")
    assert len(list((account / ".local/lib/doorkeep/versions").iterdir())) == 1
    assert ran(account / ".local/bin/doorkeep", "--version").startswith("doorkeep ")


def test_a_newer_one_takes_over_from_a_gateway_that_runs_and_keeps_all_that_was(
    unpacked: Path, account: Path, wait_until: Callable[..., object]
) -> None:
    granted = account / "Documents"
    granted.mkdir()
    versions = account / ".local/lib/doorkeep/versions"
    installed = account / ".local/bin/doorkeep"
    listing = ("call", "filesystem", "list_directory", json.dumps({"path": str(granted)}))
    ran(unpacked / "doorkeep", "install")
    (old,) = os.listdir(versions)
    ran(installed, "folders", "add", str(granted), "--access", "read")
    ran(installed, *listing)
    try:
        ran(onedir("also") / "doorkeep", "install")
        assert ran(installed, "--version") == f"doorkeep {NEXT}\n"
        ran(installed, *listing)
        assert json.loads(ran(installed, "status", "--json"))["version"] == NEXT
        assert len(ran(installed, "log", "--json").splitlines()) == 2
        ran(installed, "log", "verify")
        wait_until(lambda: os.listdir(versions) == [NEXT], BOUND, f"{old} stays though nothing runs from it")
    finally:
        ran(installed, "uninstall")


def test_what_is_installed_does_not_offer_to_install_itself(unpacked: Path, account: Path) -> None:
    ran(unpacked / "doorkeep", "install")
    assert "cannot install itself" in ran(account / ".local/bin/doorkeep", "install", status=1)


def test_others_programs_do_not_get_the_packages_libraries(unpacked: Path, account: Path) -> None:
    """A server of somebody else's runs with the system's libraries, as it would without us."""
    shown = account / "shown.py"
    shown.write_text("import os, sys\nprint(dict(os.environ), file=open(sys.argv[1], 'w'))\n")
    words = ["servers", "add", "shown", "--", "/usr/bin/python3", str(shown), str(account / "env")]
    told = ran(unpacked / "doorkeep", *words, status=1)
    assert "ended unexpectedly" in told, "it writes its environment and leaves"
    ran(unpacked / "doorkeep", "stop")
    assert not re.search("LD_LIBRARY_PATH|_PYI_", (account / "env").read_text())


@pytest.mark.skipif(bool(missing()), reason=f"the desktop is not proven here: {', '.join(missing())} not installed")
def test_its_start_opens_a_window_whose_first_button_installs_it(
    unpacked: Path, account: Path, wait_until: Callable[..., object]
) -> None:
    entry = account / ".local/share/applications/doorkeep.desktop"
    with x_session(tray=False) as session:
        tray = subprocess.Popen([str(unpacked / "doorkeep-tray")], env=session.environment(), stderr=subprocess.PIPE)
        try:
            window = wait_until(lambda: session.window(tray.pid, lambda box: box.width > 300), BOUND, "no window came")
            wait_until(lambda: session.do("getwindowfocus") == getattr(window, "id", ""), BOUND, "it has no focus")
            session.do("key", "Return")
            wait_until(entry.exists, BOUND, "nothing was installed")
        finally:
            tray.terminate()
            said = tray.communicate(timeout=BOUND)[1]
    assert said == b""
    assert os.access(account / ".local/lib/doorkeep/current/doorkeep-tray", os.X_OK)


@pytest.mark.needs_root
@pytest.mark.parametrize(
    ("options", "words"), [("size=40m", "There is not enough room"), ("size=400m,ro", "file system is read-only")]
)
def test_a_place_without_room_or_without_leave_is_told_and_nothing_is_left(
    unpacked: Path, account: Path, options: str, words: str
) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(account)], check=True, timeout=60)
    try:
        assert words in ran(unpacked / "doorkeep", "install", status=1)
        assert list(account.iterdir()) == []
    finally:
        subprocess.run(["umount", str(account)], check=True, timeout=60)
