"""What people and scripts rely on: the log record's fields, exit statuses, one line on stderr, and what `--dry-run` leaves alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.folders import grant
from tests.fakes.client import BridgeProcess

Start = Callable[..., BridgeProcess]
Wait = Callable[..., Any]
BOUND = 60.0

RECORD: dict[str, Callable[[Any], bool]] = {
    "id": lambda value: type(value) is int,
    "at": lambda value: bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value)),
    "client": lambda value: isinstance(value, str),
    "session": lambda value: isinstance(value, str),
    "server": lambda value: isinstance(value, str),
    "tool": lambda value: isinstance(value, str),
    "arguments": lambda value: isinstance(value, dict),
    "paths": lambda value: isinstance(value, list) and all(path.startswith("/") for path in value),
    "folder": lambda value: value is None or value.startswith("/"),
    "decision": lambda value: value in ("allowed", "denied", None),
    "by": lambda value: value in ("policy", "user", "rule", "limit", "timeout", None),
    "reason": lambda value: isinstance(value, str),
    "approval_id": lambda value: value is None or isinstance(value, str),
    "outcome": lambda value: value in ("waiting", "running", "ok", "error", "denied", "expired", "cancelled", "lost"),
    "duration_ms": lambda value: value is None or isinstance(value, int | float),
    "result_preview": lambda value: isinstance(value, str),
    "result_bytes": lambda value: value is None or type(value) is int,
    "change_id": lambda value: value is None or isinstance(value, str),
}


def doorkeep(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=False)


def told(*words: str) -> str:
    done = doorkeep(*words)
    assert (done.returncode, done.stderr) == (0, ""), words
    return done.stdout


def rows(*words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told("log", "--json", *words).splitlines()]


@pytest.fixture
def calls(bridge: Start, chain: str, folder: Path, wait_until: Wait) -> BridgeProcess:
    """One call of every fate: read, refused, failed, written, and one that waits."""
    one = bridge()
    one.initialize()
    one.answer("init")
    wanted: list[tuple[str, dict[str, str]]] = [
        ("read_file", {"path": str(folder / "report.md")}),
        ("read_file", {"path": "/etc/hostname"}),
        ("read_file", {"path": str(folder / "missing.txt")}),
        ("write_file", {"path": str(folder / "new.txt"), "content": "new\n"}),
    ]
    for id_, (tool, arguments) in enumerate(wanted):
        one.request(id_, "tools/call", {"name": tool, "arguments": arguments})
        one.answer(id_)
    grant(chain, str(folder), "ask")
    one.call(5, "write_file", path=str(folder / "asked.txt"), content="x")
    wait_until(lambda: rows("--filter", "outcome:waiting"))
    return one


@pytest.mark.usefixtures("calls")
def test_every_record_has_the_contracts_fields_in_its_types_and_newest_last() -> None:
    found = rows()
    assert [row["id"] for row in found] == sorted(row["id"] for row in found)
    for row in found:
        open_ = {"result_preview"} if row["outcome"] == "waiting" else set[str]()  # null: there is no result yet
        assert all(row[name] is None for name in open_)
        wrong = [name for name, fits in RECORD.items() if name not in open_ and not fits(row[name])]
        assert wrong == [], row
    by_tool = [(row["tool"], row["decision"], row["outcome"]) for row in found]
    assert sorted(by_tool, key=str) == sorted(
        [
            ("read_file", "allowed", "ok"),
            ("read_file", "denied", "denied"),
            ("read_file", "allowed", "error"),
            ("write_file", "allowed", "ok"),
            ("write_file", None, "waiting"),
        ],
        key=str,
    )
    assert {row["client"] for row in found} == {"fake 1"}


@pytest.mark.usefixtures("calls")
def test_filters_pick_by_field_and_a_wrong_one_is_a_usage_error() -> None:
    assert {row["tool"] for row in rows("--filter", "tool:write_file")} == {"write_file"}
    assert [row["outcome"] for row in rows("--filter", "decision:denied")] == ["denied"]
    assert len(rows("--filter", "outcome:ok", "--limit", "1")) == 1
    assert rows("--filter", "client:nobody") == []
    assert doorkeep("log", "--filter", "colour:red").returncode == 2


@pytest.mark.usefixtures("calls")
def test_export_and_show_say_what_the_log_says(tmp_path: Path) -> None:
    told("log", "export", str(tmp_path / "log.jsonl"), "--format", "jsonl")
    exported = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert exported == rows()
    told("log", "export", str(tmp_path / "log.csv"), "--format", "csv")
    assert (tmp_path / "log.csv").read_text("utf-8-sig").splitlines()[0].split(",")[:3] == ["id", "at", "client"]
    shown = json.loads(told("log", "show", str(exported[0]["id"]), "--json"))
    assert {**shown, **exported[0]} == shown
    assert json.loads(told("log", "verify", "--json"))["whole"] is True


@pytest.mark.usefixtures("calls")
def test_undo_is_shown_first_then_done_through_the_door_and_can_be_undone(folder: Path, chain: str) -> None:
    grant(chain, str(folder), "write")
    [change] = [row["change_id"] for row in rows("--filter", "tool:write_file outcome:ok")]
    assert change in told("undo", "--list")
    told("undo", change, "--dry-run")
    assert (folder / "new.txt").read_text() == "new\n"
    told("undo", change)
    assert not (folder / "new.txt").exists()
    [row] = rows("--filter", "tool:undo outcome:ok", "--limit", "1")
    assert row["client"].startswith("doorkeep")
    assert row["change_id"] != change
    told("undo", row["change_id"])
    assert (folder / "new.txt").read_text() == "new\n"


@pytest.mark.parametrize(
    "words",
    [
        "undo no-such-change",
        "log show 99999",
        "log export /no/such/folder/x --format csv",
        "folders add /no/such/folder --access read",
        "folders set /no/such/folder --access read",
        "folders remove /no/such/folder",
        "servers test nope",
        "servers enable nope",
        "servers off filesystem nope",
        "approvals allow nope",
        "clients connect nope",
        "clients restore claude-desktop nope",
        "call filesystem nope {}",
        "call nope read_file {}",
        'call filesystem read_file {"path":"/etc/hostname"}',
    ],
)
@pytest.mark.usefixtures("chain")
def test_what_fails_exits_with_one_and_one_line_that_says_what_to_do(words: str) -> None:
    done = doorkeep(*words.split())
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("doorkeep: ")


@pytest.mark.parametrize("words", ["nope", "folders", "folders add", "undo", "log --limit x", "call filesystem"])
def test_what_is_no_command_exits_with_two(home: str, words: str) -> None:
    done = doorkeep(*words.split())
    assert done.returncode == 2
    assert "usage: doorkeep" in done.stderr


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    "words",
    [
        "status",
        "folders list",
        "servers list",
        "servers tools filesystem",
        "clients list",
        "approvals list",
        "undo --list",
        "log verify",
    ],
)
def test_facts_come_as_json_where_asked(words: str) -> None:
    assert json.loads(told(*words.split(), "--json"))


def test_a_dry_run_of_connect_shows_the_difference_and_writes_nothing(home: str, tmp_path: Path) -> None:
    config = tmp_path / "claude_desktop_config.json"
    config.write_text('{"theme": "dark"}\n')
    shown = told("clients", "connect", "claude-desktop", "--config-file", str(config), "--dry-run")
    assert shown.startswith("--- ")
    assert any(line.startswith("+") and '"filesystem"' in line for line in shown.splitlines())
    assert config.read_text() == '{"theme": "dark"}\n'
    assert sorted(path.name for path in tmp_path.iterdir()) == [config.name]


def test_version_and_help_import_no_room() -> None:
    """Both answer within 0.2 s, since nothing but the command line's own words is loaded for them."""
    program = (
        "import sys; from app.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('app', 'servers', 'msgspec', 'sqlite3')))"
    )
    for word, allowed in (("--version", {"app", "app.cli", "app.version"}), ("--help", {"app", "app.cli"})):
        done = subprocess.run([sys.executable, "-c", program, word], capture_output=True, text=True, check=True)
        assert set(eval(done.stdout.splitlines()[-1])) <= allowed
