"""The diff shows what changes and no secret of another server."""

from __future__ import annotations

import json
import re

import pytest

from app.clients.changes import Change, plan_connect, plan_restore
from app.clients.configfile import Snapshot
from app.clients.diff import unified
from app.clients.ownership import Record
from app.clients.targets import Installation, Target, find_client

INSTALLED = Installation("/home/ann/.dk", "/opt/doorkeep-bridge")
TARGET = Target(find_client("claude-desktop"), "/app/config.json", "/app", True)


def connect(content: bytes | None) -> Change:
    file = Snapshot(TARGET.path, TARGET.path, content is not None, content or b"")
    return plan_connect(TARGET, INSTALLED, Record(), file, ("filesystem",))


def applied(text: str, diff: str) -> str:
    """What `patch` would make of it."""
    lines = text.splitlines()
    out: list[str] = []
    at = 0
    for line in diff.splitlines()[2:]:
        if header := re.match(r"@@ -(\d+)(?:,(\d+))? ", line):
            start = int(header[1]) - (0 if header[2] == "0" else 1)
            out += lines[at:start]
            at = start
        elif line[0] == "+":
            out.append(line[1:])
        else:
            assert lines[at] == line[1:]
            at += 1
            out += [line[1:]] if line[0] == " " else []
    return "\n".join([*out, *lines[at:]])


@pytest.mark.parametrize("before", [0, 1, 2, 3, 4, 50])
@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 50])
def test_the_diff_makes_the_new_text_of_the_old_one(before: int, after: int) -> None:
    document = {
        **{f"a{number}": number for number in range(before)},
        "mcpServers": {"x": 1},
        **{f"z{number}": number for number in range(after)},
    }
    text = json.dumps(document, indent=2)
    change = connect(text.encode())
    assert change.after is not None
    assert applied(text, unified(change)) == change.after.decode()
    assert len(unified(change).splitlines()) < 24


def test_a_new_file_is_all_new() -> None:
    diff = unified(connect(None))
    assert diff.startswith("--- /dev/null\n+++ /app/config.json\n@@ -0,0 +1,")
    assert '+    "filesystem": {' in diff


def test_nothing_changes_nothing_is_shown() -> None:
    after = connect(b"{}").after
    assert unified(connect(after)) == ""


@pytest.mark.parametrize("indent", [None, 2])
def test_secrets_of_other_servers_are_hidden(indent: int | None) -> None:
    entry = {"command": "x", "env": {"TOKEN": "hunter2"}, "headers": {"Authorization": "hunter3"}}
    document = {"mcpServers": {"x": entry}}
    diff = unified(connect(json.dumps(document, indent=indent).encode()))
    assert "hunter" not in diff
    assert "TOKEN" in diff or indent


def test_a_broken_text_is_not_shown_at_all() -> None:
    for broken in (b'{"TOKEN": hunter2}', b"\xff hunter2"):
        file = Snapshot(TARGET.path, TARGET.path, True, broken)
        diff = unified(plan_restore(TARGET, INSTALLED, Record(), file, b"{}"))
        assert "hunter2" not in diff
        assert "+{}" in diff


def test_only_what_differs_of_a_long_file_is_shown() -> None:
    document = {"mcpServers": {f"s{number}": {"command": "/x", "args": ["a"]} for number in range(2_000)}}
    diff = unified(connect(json.dumps(document, indent=2).encode()))
    assert len(diff.splitlines()) < 20
