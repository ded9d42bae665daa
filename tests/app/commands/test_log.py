"""`doorkeep log …`."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.commands import log as room
from app.core.journal.database import database_of, rebuild_mark
from app.core.journal.writer import Journal
from tests.fakes.calls import open_call, whole_call

ROOT = Path(__file__).parents[3]


@pytest.fixture
def says(home: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*words: str, status: int = 0) -> str:
        assert cli.main(["log", *words]) == status
        shown = capsys.readouterr()
        return shown.out + shown.err

    return run


@pytest.fixture
def journal(home: str) -> Iterator[Journal]:
    journal = Journal.open(home)
    yield journal
    journal.close()


@pytest.fixture
def calls(journal: Journal) -> Journal:
    """Three calls: read, refused, failed."""
    whole_call(journal)
    whole_call(journal, "write_file", decision="denied", reason="the folder is read-only", paths=["/d/b.md"])
    whole_call(journal, server="git", tool="git_log", outcome="error", result_preview="no repository")
    return journal


def test_an_empty_log_says_so(says: Callable[..., str]) -> None:
    assert says() == "No call has come to the door yet.\n"


def test_the_list_is_newest_last(says: Callable[..., str], calls: Journal) -> None:
    first, second, third = says().splitlines()
    assert ("read  " in first, "the folder is read-only" in second, "no repository" in third) == (True, True, True)


def test_json_lines_are_the_contract(says: Callable[..., str], calls: Journal) -> None:
    first, *_ = [json.loads(line) for line in says("--json").splitlines()]
    assert first.pop("at")
    assert first == {
        "id": 1, "client": "Claude Desktop 1.2.3", "session": "s1", "server": "filesystem", "tool": "read_file",
        "arguments": {"path": "/d/a.md"}, "paths": ["/d/a.md"], "folder": "/d", "decision": "allowed", "by": "policy",
        "reason": "the folder may be read", "approval_id": None, "outcome": "ok", "duration_ms": 1.5, "result_preview": "done",
        "result_bytes": 4, "change_id": None,
    }  # fmt: skip


@pytest.mark.parametrize(("words", "ids"), [(["--limit", "2"], [2, 3]), (["--limit", "0"], []), (["--filter", "decision:denied"], [2]),
    (["--filter=-outcome:ok"], [2, 3]), (["--filter", "repository"], [3]), (["--filter", "server:git outcome:ok"], [])])  # fmt: skip
def test_limit_and_filter_narrow_the_list(
    says: Callable[..., str], calls: Journal, words: list[str], ids: list[int]
) -> None:
    assert [json.loads(line)["id"] for line in says(*words, "--json").splitlines()] == ids


def test_nothing_matching_is_said(says: Callable[..., str], calls: Journal) -> None:
    assert says("--filter", "server:none") == "No call matches.\n"


def test_a_broken_filter_is_pointed_at(says: Callable[..., str]) -> None:
    said = says("--filter", "outcome:ok decison:denied", status=2).splitlines()
    assert said[:2] == ["  outcome:ok decison:denied", "             ^^^^^^^^^^^^^^"]
    assert "'decison:' is no filter" in said[2]


@pytest.mark.parametrize(
    "words", [["--limit", "x"], ["--limit", "-1"], ["show", "x"], ["export", "f"], ["prune", "--days", "0"]]
)
def test_wrong_usage_is_status_two(home: str, words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["log", *words])
    assert ended.value.code == 2


def test_a_call_is_shown(says: Callable[..., str], calls: Journal) -> None:
    assert "denied by the folder's access: the folder is read-only" in says("show", "2")


def test_a_call_is_shown_as_json_with_its_events(says: Callable[..., str], calls: Journal) -> None:
    shown = json.loads(says("show", "2", "--json"))
    assert (shown["id"], [event["kind"] for event in shown["events"]]) == (2, ["opened", "decided", "closed"])


def test_an_unknown_call_is_an_error(says: Callable[..., str], calls: Journal) -> None:
    assert "There is no call 99" in says("show", "99", status=1)


def test_a_whole_log_verifies(says: Callable[..., str], calls: Journal) -> None:
    assert "The log is whole: 3 calls, 9 events" in says("verify")


def test_a_changed_log_does_not(
    says: Callable[..., str], calls: Journal, home: str, tamper: Callable[[str], None]
) -> None:
    calls.close()
    tamper("UPDATE events SET at_ms = 1 WHERE seq = 5")
    assert "Event 5 of call 2 was changed" in says("verify", status=1)
    assert json.loads(says("verify", "--json", status=1))["findings"][0]["call"] == 2


def test_a_table_that_differs_is_made_anew_at_the_next_start(
    says: Callable[..., str], calls: Journal, home: str, tamper: Callable[[str], None]
) -> None:
    calls.close()
    tamper("UPDATE calls SET words = x'00' WHERE id = 2")
    assert "The row of call 2 differs" in says("verify", status=1)
    assert os.path.exists(rebuild_mark(home))
    Journal.open(home).close()
    assert "The log is whole" in says("verify")


def test_the_log_is_exported(says: Callable[..., str], calls: Journal, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    assert "2 calls are in" in says("export", str(path), "--format", "jsonl", "--filter", "server:filesystem")
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == [1, 2]


def test_the_log_is_exported_to_standard_output(
    home: str, calls: Journal, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert cli.main(["log", "export", "-", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["1", "2", "3"]


def test_an_export_that_fails_leaves_nothing(says: Callable[..., str], calls: Journal, tmp_path: Path) -> None:
    assert "was not exported" in says("export", str(tmp_path / "none" / "x"), "--format", "csv", status=1)
    assert list(tmp_path.iterdir()) == []


class FakeGateway:
    """Answers `prune` with what is left of a number of calls, 500 at a time."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self.asked: list[dict[str, Any]] = []

    def call(self, name: str, /, **with_: Any) -> dict[str, Any]:
        assert name == "prune"
        self.asked.append(with_)
        removed = min(self.calls, 500)
        self.calls -= removed
        return {"days": with_.get("days", 90), "removed": removed}

    def __enter__(self) -> FakeGateway:
        return self

    def __exit__(self, *_error: object) -> None:
        pass


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    fake = FakeGateway(1200)
    monkeypatch.setattr("app.control.client.ensure_gateway", lambda _home: fake)
    return fake


def test_pruning_goes_on_until_nothing_is_left_to_remove(says: Callable[..., str], gateway: FakeGateway) -> None:
    assert says("prune") == "1,200 calls older than 90 days were removed.\n"
    assert gateway.asked == [{}] * 4


def test_fewer_days_than_the_settings_say_need_a_yes(says: Callable[..., str], gateway: FakeGateway) -> None:
    assert "Nothing was removed" in says("prune", "--days", "3", status=1)
    assert gateway.asked == []
    assert json.loads(says("prune", "--days", "3", "--yes", "--json")) == {"days": 3, "removed": 1200}


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_a_yes_is_a_yes(monkeypatch: pytest.MonkeyPatch, answer: str, agreed: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert room._agreed(3) is agreed


def test_following_tells_what_a_gateway_writes_until_it_is_interrupted(home: str, journal: Journal) -> None:
    whole_call(journal)
    command = [sys.executable, "-m", "app.cli", "log", "--follow", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["id"] == 1
        open_call(journal)
        whole_call(journal, server="git")
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert [(record["id"], record["outcome"]) for record in told] == [(2, "running"), (3, "ok")]


def test_a_reader_that_leaves_early_is_no_error(home: str, calls: Journal) -> None:
    for _ in range(3000):
        whole_call(calls)
    command = f"{sys.executable} -m app.cli log --limit 3000 --json | head -1"
    run = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stderr, run.stdout.count("\n")) == (0, "", 1)


@pytest.fixture
def tamper(home: str) -> Callable[[str], None]:
    """Runs a statement on the file, as an intruder would."""

    def run(statement: str) -> None:
        import sqlite3

        db = sqlite3.connect(database_of(home), isolation_level=None)
        db.execute(statement)
        db.close()

    return run
