"""macOS, as far as it can be judged elsewhere: the lines of `ps`, bundles, forced preferences, what is asked of the system."""

from __future__ import annotations

import os
import plistlib
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from app.clients.claude_desktop import APPLICATION
from app.desktop import macos
from app.desktop.apps import Running
from app.desktop.macos import MacDesktop, bundle_of, read_processes
from app.desktop.posix import LOCK

CLAUDE = "/Applications/Claude.app/Contents/MacOS/Claude"
LISTING = f"""\
    1 Mon Sep  1 08:00:00 2025 /sbin/launchd
  501 Mon Sep  1 12:30:05 2025 {CLAUDE}
  502 Mon Sep  1 12:30:06 2025 /Applications/Claude.app/Contents/Frameworks/Claude Helper.app/Contents/MacOS/Claude Helper
  503 Mon Sep  1 12:31:00 2025 /Users/ann/.local/bin/claude
broken line
  504 not a date at all there /bin/x
"""
BEGAN = time.mktime((2025, 9, 1, 12, 30, 5, 0, 0, -1))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Programs that were run; `ps` answers with the listing, everything else succeeds."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        if command[0] == "/bin/ps":
            out = LISTING if "-xo" in command else f"{CLAUDE} --flag"
            return subprocess.CompletedProcess(command, 0, out.encode(), b"")
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_the_lines_of_ps_are_opened_spaces_and_all() -> None:
    found = read_processes(LISTING)
    assert found[501] == (BEGAN, CLAUDE)
    assert found[502][1].endswith("/Claude Helper")
    assert set(found) == {1, 501, 502, 503}


@pytest.mark.parametrize(
    ("path", "bundle"),
    [
        (CLAUDE, "/Applications/Claude.app"),
        ("/Users/ann/My Apps/Claude.app/Contents/MacOS/Claude", "/Users/ann/My Apps/Claude.app"),
        ("/usr/bin/python3", ""),
    ],
)
def test_a_bundle_is_told_from_a_program(path: str, bundle: str) -> None:
    assert bundle_of(path) == bundle


def test_the_app_is_found_and_the_command_line_tool_is_not(tmp_path: Path, asked: list[list[str]]) -> None:
    found = MacDesktop().running(APPLICATION, str(tmp_path), scan=True)
    assert found is not None
    assert (found.pid, found.began, found.identity) == (501, BEGAN, "/Applications/Claude.app")


def test_for_another_file_only_a_lock_beside_it_counts(tmp_path: Path, asked: list[list[str]]) -> None:
    desktop = MacDesktop()
    assert desktop.running(APPLICATION, str(tmp_path), scan=False) is None
    (tmp_path / LOCK).symlink_to(f"{socket.gethostname()}-501")
    found = desktop.running(APPLICATION, str(tmp_path), scan=False)
    assert found is not None
    assert found.pid == 501


def test_a_lock_of_another_machine_is_not_ours_to_end(tmp_path: Path, asked: list[list[str]]) -> None:
    (tmp_path / LOCK).symlink_to("attic-501")
    found = MacDesktop().running(APPLICATION, str(tmp_path), scan=True)
    assert found is not None
    assert (found.pid, found.where) == (0, "attic")


def test_quitting_is_asked_by_the_bundles_name(asked: list[list[str]]) -> None:
    MacDesktop().ask_to_quit(APPLICATION, Running(501, BEGAN, identity="/Applications/Claude.app"))
    assert asked == [["/usr/bin/osascript", "-e", 'tell application id "com.anthropic.claudefordesktop" to quit']]


def test_without_leave_to_send_events_a_signal_asks(asked: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(macos, "exists", lambda pid: True)
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    MacDesktop().ask_to_quit(APPLICATION, Running(501, BEGAN))
    assert sent == [(501, 15)]


@pytest.mark.parametrize(("began", "alive"), [(BEGAN, True), (BEGAN + 1, False)])
def test_a_process_is_known_by_number_and_start(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch, began: float, alive: bool
) -> None:
    monkeypatch.setattr(macos, "exists", lambda pid: True)
    assert MacDesktop().alive(Running(501, began)) is alive


@pytest.mark.parametrize(
    ("running", "command"),
    [
        (Running(1, identity="/Apps/Claude.app"), ["/usr/bin/open", "/Apps/Claude.app"]),
        (None, ["/usr/bin/open", "-b", "com.anthropic.claudefordesktop"]),
    ],
)
def test_the_system_starts_the_app(asked: list[list[str]], running: Running | None, command: list[str]) -> None:
    MacDesktop().start(APPLICATION, running)
    assert asked == [command]


def test_an_app_that_does_not_open_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, b"", b"Unable to find application\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(OSError, match="Unable to find application"):
        MacDesktop().start(APPLICATION, None)


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_forced_preferences_are_read_in_both_forms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: plistlib.PlistFormat
) -> None:
    monkeypatch.setenv("USER", "ann")
    (tmp_path / "ann").mkdir()
    name = "com.anthropic.claudefordesktop.plist"
    (tmp_path / name).write_bytes(plistlib.dumps({"isLocalDevMcpEnabled": "true", "a": 1}, fmt=form))
    (tmp_path / "ann" / name).write_bytes(plistlib.dumps({"isLocalDevMcpEnabled": "false"}, fmt=form))
    assert MacDesktop(str(tmp_path)).managed(APPLICATION) == {"isLocalDevMcpEnabled": "false", "a": 1}


@pytest.mark.parametrize("content", [b"", b"not a plist", b"<plist><string>x</string></plist>"])
def test_preferences_that_cannot_be_read_force_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "com.anthropic.claudefordesktop.plist").write_bytes(content)
    assert MacDesktop(str(tmp_path)).managed(APPLICATION) == {}
