"""The running gateway, or why none runs; and what an earlier one may have left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from app.bridge.home import stopped_mark
from app.commands.checks.finding import Finding
from app.control.client import ControlClient, newer_serves
from app.core.errors import DoorkeepError, GatewayUnreachableError
from app.version import VERSION

SECONDS = 5.0
LAST_WORDS = 300


def check_gateway(home: str) -> Iterator[Finding]:
    """Every finding about the gateway."""
    try:
        with ControlClient.connect(home) as control:
            status = control.call("status", seconds=SECONDS)
    except GatewayUnreachableError as error:
        yield from _none_runs(home, error)
        return
    except DoorkeepError as error:
        yield Finding("gateway", "problem", str(error), "Run: doorkeep stop, then doorkeep gateway")
        return
    yield from judge_status(status)


def judge_status(status: dict[str, Any]) -> Iterator[Finding]:
    """Findings from what `status` answered."""
    yield Finding("gateway", "ok", f"Runs as process {status['pid']}, release {status['version']}.")
    if status["version"] != VERSION:
        words = f"The gateway that runs is release {status['version']}; this program is {VERSION}."
        newer = newer_serves(str(status["version"]))
        fix = "Start the desktop app, or run doorkeep gateway: the older one then makes way in good order."
        yield Finding("gateway", "warning", newer or words, "" if newer else fix)
    if status.get("paused"):
        yield Finding("gateway", "warning", "Doorkeep is paused: every call is refused.", "Run: doorkeep resume")
    if status.get("settings_error"):
        yield Finding(
            "settings", "problem", str(status["settings_error"]), "The last good settings count until it is mended."
        )
    if status.get("journal_error"):
        yield Finding(
            "log", "problem", f"{status['journal_error']} Until then every call is refused.", "Make room, then restart."
        )
    if status.get("approvals"):
        yield Finding(
            "approvals", "note", f"{status['approvals']} question(s) wait for you.", "Run: doorkeep approvals list"
        )
    for server in status.get("servers", []):
        if server["state"] == "resting":
            words = f"Server {server['name']} ended {server['crashes']} times in a row and is given a rest."
            yield Finding("servers", "warning", words, f"Run: doorkeep servers restart {server['name']}")


def _none_runs(home: str, error: GatewayUnreachableError) -> Iterator[Finding]:
    from app.gateway.leftovers import left

    if os.path.exists(stopped_mark(home)):
        yield Finding("gateway", "warning", "Doorkeep is stopped: no client can do anything.", "Run: doorkeep gateway")
    elif "No gateway is running" in error.title:
        yield Finding(
            "gateway",
            "note",
            "None runs; the first client that needs it starts it.",
            "Start it by hand: doorkeep gateway",
        )
        yield from _last_words(home)
    else:
        yield Finding("gateway", "problem", str(error), error.fix)
    for child in left(home):
        words = f"Process {child.pid} ({child.server}) was left by a gateway that is gone."
        yield Finding("leftovers", "warning", words, "The next gateway ends it; or end it yourself.")


def _last_words(home: str) -> Iterator[Finding]:
    """What the last gateway said where it ended badly: a traceback, or an error of ours."""
    path = os.path.join(home, "logs", "gateway.log")
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - 4000))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return
    last = lines[-1].strip() if lines else ""
    if last.startswith("doorkeep: ") or "Error: " in last:
        yield Finding("gateway", "warning", f"The last one ended with: {last[:LAST_WORDS]}", f"More in {path}")
