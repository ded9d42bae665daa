"""The keychain's own process, against a real Secret Service."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import msgspec
import pytest

from tests.fakes.keychain import Keychain

SERVICE = "Doorkeep tests"


def talk(env: dict[str, str], *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """What the process answers to these requests; it ends when its stdin does, and says nothing else."""
    command = [sys.executable, "-m", "app.core.vault.child", SERVICE]
    text = b"".join(msgspec.json.encode({"id": number, **request}) + b"\n" for number, request in enumerate(requests))
    done = subprocess.run(command, input=text, env={**os.environ, **env}, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "value", ["ghp_geheim", "x" * 5000, "zwei\nZeilen \N{LOCK} \u202e"], ids=["short", "long", "odd"]
)
def test_a_value_is_kept_read_by_another_process_and_removed(keychain: Keychain, value: str) -> None:
    assert talk(keychain.env, {"do": "get", "name": "a"}) == [{"id": 0}]
    assert talk(keychain.env, {"do": "set", "name": "a", "value": value}) == [{"id": 0, "found": True}]
    assert talk(keychain.env, {"do": "get", "name": "a"}) == [{"id": 0, "value": value, "found": True}]
    gone = talk(keychain.env, {"do": "remove", "name": "a"}, {"do": "remove", "name": "a"})
    assert gone == [{"id": 0, "found": True}, {"id": 1}]


def test_without_a_keychain_the_way_out_is_said_and_the_process_lives(tmp_path: Any) -> None:
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    first, second = talk(nowhere, {"do": "get", "name": "a"}, {"do": "get", "name": "a"})
    assert first["error"][0] == second["error"][0] == "This session has no keychain."


def test_a_locked_keychain_is_told_before_anybody_waits(keychain: Keychain) -> None:
    keychain.lock()
    asking, answer = talk(keychain.env, {"do": "get", "name": "a"})
    assert asking == {"id": 0, "asking": True}
    assert answer["error"][0] == "The keychain is locked."
