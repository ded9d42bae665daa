"""What no client should send, and ground that no program should stand on: a clear error each time, nothing lost, nothing hung."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.control.client import ControlClient
from app.core.folders import grant
from tests.fakes.client import MODERN_META, BridgeProcess

Start = Callable[..., BridgeProcess]
Wait = Callable[..., Any]
BOUND = 60.0

CALL = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{%s%s}}'
READ = '"name":"read_file","arguments":'
LINES: dict[str, tuple[str | bytes, int | None]] = {
    "truncated": ('{"jsonrpc":"2.0","id":7,', -32700),
    "a number": ("5", -32600),
    "a list": ("[]", -32600),
    "deep": ('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":' + "[" * 100_000 + "]" * 100_000 + "}", -32700),
    "deep arguments": (READ + '{"path":' + "[" * 5000 + "]" * 5000 + "}", -32700),
    "invalid UTF-8": (b'"name":"read_file","arguments":{"path":"\xff\xfe"}', -32602),
    "a lone surrogate": (READ + '{"path":"\\ud800"}', -32700),
    "NaN": (READ + '{"path":"a","start":NaN}', -32700),
    "beyond every float": (READ + '{"path":"a","start":1e999}', -32602),
    "arguments in a list": (READ + "[1]", -32602),
    "no name": ("", -32602),
    "a number for a name": ('"name":5', -32602),
    "an unknown tool": ('"name":"nope","arguments":{}', -32602),
    "an unknown argument": (READ + '{"path":"report.md","zzz":1}', None),
    "a number for a path": (READ + '{"path":5}', None),
    "400 digits": (READ + '{"path":"report.md","start":' + "9" * 400 + "}", None),
    "a NUL": (READ + '{"path":"a\\u0000b"}', None),
    "ten thousand bytes of path": (READ + '{"path":"' + "x/" * 5000 + '"}', None),
    "id null": ('{"jsonrpc":"2.0","id":null,"method":"tools/list"}', -32600),
    "id list": ('{"jsonrpc":"2.0","id":[7],"method":"tools/list"}', -32600),
    "jsonrpc 1.0": ('{"jsonrpc":"1.0","id":7,"method":"tools/list"}', -32600),
    "no jsonrpc": ('{"id":7,"method":"tools/list"}', -32600),
    "unknown method": ('{"jsonrpc":"2.0","id":7,"method":"tools/burn","params":{%s}}', -32601),
    "a private method": ('{"jsonrpc":"2.0","id":7,"method":"doorkeep/plan","params":{%s}}', -32601),
}
"""Lines, or parameters of a call, and the error's code; None: the call's own result is the error."""


@pytest.mark.parametrize("modern", [True, False], ids=["2026-07-28", "2025-11-25"])
def test_each_bad_line_gets_one_clear_error_and_the_session_lives(bridge: Start, folder: Path, modern: bool) -> None:
    one = bridge()
    if not modern:
        one.initialize()
        one.answer("init")
    meta = f'"_meta":{json.dumps(MODERN_META)}' if modern else ""
    for name, (line, code) in LINES.items():
        raw = line if isinstance(line, bytes) else line.encode()
        if raw[:1] in b'"' or not raw:
            raw = CALL.encode() % (raw, (b"," if raw and meta else b"") + meta.encode())
        elif b"%s" in raw:
            raw %= meta.encode()
        one.send_bytes(raw + b"\n")
        told = one.read()
        assert told is not None, f"{name} ended the bridge"
        if code is None:
            assert told["id"] == 7, name
            assert told["result"]["isError"], name
            assert told["result"]["content"][0]["text"], name
        else:
            assert told["error"]["code"] == code, (name, told)
            assert told["error"]["message"], name
            assert told["id"] in (7, None), name
        one.call(name, "read_file", modern, path=str(folder / "report.md"))
        after = one.read()
        assert after["id"] == name, f"one error a line: {after}"
        assert "Total: 42" in str(after["result"])


def test_an_id_in_flight_is_refused_and_the_first_call_still_answered(
    bridge: Start, chain: str, folder: Path, control: Callable[[], ControlClient], wait_until: Wait
) -> None:
    grant(chain, str(folder), "ask")
    one = bridge()
    one.call(1, "write_file", modern=True, path=str(folder / "first.txt"), content="x")
    with control() as asked:
        question = wait_until(lambda: asked.call("approvals")["approvals"])[0]
        one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
        refused = one.read()
        assert (refused["id"], refused["error"]["code"]) == (None, -32600)
        asked.call("answer", id=question["id"], answer="allow", scope="once")
    assert not one.answer(1)["result"].get("isError")
    assert (folder / "first.txt").read_text() == "x"


@pytest.mark.parametrize("version", ["2099-01-01", "1", ""])
def test_an_unknown_version_is_refused_with_those_that_are_known(bridge: Start, version: str) -> None:
    one = bridge()
    meta = {**MODERN_META, "io.modelcontextprotocol/protocolVersion": version}
    one.request(1, "tools/list", {"_meta": meta})
    error = one.answer(1)["error"]
    assert error["code"] == -32022
    assert "2026-07-28" in error["data"]["supported"]


def server_pid(control: Callable[[], ControlClient]) -> int:
    with control() as asked:
        return next(server["pid"] for server in asked.call("status")["servers"] if server["pid"])


def test_a_call_that_takes_too_long_is_answered_in_words_and_the_next_is_served(
    bridge: Start, chain: str, folder: Path, control: Callable[[], ControlClient]
) -> None:
    with Path(chain, "doorkeep.toml").open("a") as settings:
        settings.write("\n[limits]\ncall_seconds = 1\n")
    one = bridge()
    one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
    one.answer(1)
    stopped = server_pid(control)
    os.kill(stopped, signal.SIGSTOP)
    try:
        one.call(2, "read_file", modern=True, path=str(folder / "report.md"))
        late = one.answer(2)["result"]
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert late["isError"]
    assert "1 s" in late["content"][0]["text"]
    one.call(3, "read_file", modern=True, path=str(folder / "report.md"))
    assert "Total: 42" in str(one.answer(3)["result"])


def log_of(home: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "app.cli", "--home", home, "log", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_journal_that_is_no_database_is_put_aside_and_calls_are_recorded_again(
    bridge: Start, chain: str, folder: Path
) -> None:
    broken = Path(chain, "journal")
    broken.mkdir(mode=0o700)
    (broken / "calls.db").write_bytes(b"this is no database" * 1000)
    one = bridge()
    one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
    assert "Total: 42" in str(one.answer(1)["result"])
    assert [row["outcome"] for row in log_of(chain)] == ["ok"]
    kept = [path for path in broken.iterdir() if path.read_bytes().startswith(b"this is no database")]
    assert len(kept) == 1, "what was there is kept"


def test_a_locked_journal_holds_up_no_call_for_ever_and_loses_none(
    bridge: Start, chain: str, folder: Path, wait_until: Wait
) -> None:
    one = bridge()
    one.call(0, "read_file", modern=True, path=str(folder / "report.md"))
    one.answer(0)
    lock = sqlite3.connect(Path(chain, "journal", "calls.db"), isolation_level=None, timeout=BOUND)
    lock.execute("BEGIN IMMEDIATE")
    answers = []
    for id_ in range(1, 6):
        one.call(id_, "read_file", modern=True, path=str(folder / "report.md"))
        answers.append(one.answer(id_, BOUND)["result"])
    lock.execute("ROLLBACK")
    lock.close()
    for answer in answers:
        assert answer.get("isError") is None or "log" in answer["content"][0]["text"]
    served = 1 + sum(not answer.get("isError") for answer in answers)
    one.call(9, "read_file", modern=True, path=str(folder / "report.md"))
    assert "Total: 42" in str(one.answer(9)["result"])
    wait_until(lambda: sum(row["outcome"] == "ok" for row in log_of(chain)) == served + 1)


def test_a_broken_doorkeep_toml_keeps_the_last_good_one_in_force_and_a_first_one_denies(
    bridge: Start, chain: str, folder: Path, control: Callable[[], ControlClient]
) -> None:
    settings = Path(chain, "doorkeep.toml")
    good = settings.read_text()
    one = bridge()
    one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
    one.answer(1)
    settings.write_text("[[folders\n")
    one.call(2, "read_file", modern=True, path=str(folder / "report.md"))
    assert "Total: 42" in str(one.answer(2)["result"])
    with control() as asked:
        assert "doorkeep.toml" in str(asked.call("settings")["error"])
        os.unlink(Path(chain, "doorkeep.last-good.toml"))
        os.kill(asked.pid, signal.SIGKILL)
    one.call(3, "read_file", modern=True, path=str(folder / "report.md"))
    refused = one.answer(3)["result"]
    assert refused["isError"], "a gateway that never saw a good one allows nothing"
    settings.write_text(good)
    one.call(4, "read_file", modern=True, path=str(folder / "report.md"))
    assert "Total: 42" in str(one.answer(4)["result"])


@pytest.mark.skipif(os.geteuid() == 0, reason="a mode means nothing to root; .ci/run runs this as an ordinary user")
def test_a_home_that_cannot_be_written_is_said_and_nothing_is_allowed(bridge: Start, chain: str, folder: Path) -> None:
    os.chmod(chain, 0o500)
    try:
        one = bridge()
        one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
        answer = one.answer(1, BOUND)
        assert "Total" not in str(answer)
        assert answer.get("error") or answer["result"]["isError"]
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", "--home", chain, "gateway"],
            capture_output=True,
            text=True,
            timeout=BOUND,
            check=False,
        )
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    finally:
        os.chmod(chain, 0o700)
