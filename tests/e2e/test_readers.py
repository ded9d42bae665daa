from __future__ import annotations

import json
import select
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bridge.framing import MAX_LINE
from tests.fakes.client import BridgeProcess

Start = Callable[..., BridgeProcess]


def resident_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@pytest.mark.parametrize("pump", [False, True])
def test_answers_still_come_after_the_end_of_input_and_then_the_bridge_leaves(chain: str, folder: Path, pump: bool):
    one = BridgeProcess("--home", chain, "filesystem", pump=pump)
    try:
        one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
        one.answer(1)
        for id_ in range(2, 22):
            one.call(id_, "read_file", modern=True, path=str(folder / "report.md"))
        one.close_input()
        assert {one.read()["id"] for _ in range(2, 22)} == set(range(2, 22))
        assert one.wait() == 0
    finally:
        one.end()


def test_a_client_that_does_not_read_holds_up_nobody_else(bridge: Start, folder: Path):
    (folder / "long.txt").write_text("a line of forty characters, more or less\n" * 900)
    slow, quick = bridge(), bridge()
    sent = 0
    assert slow.process.stdin
    while sent < 2000 and select.select([], [slow.process.stdin], [], 0.5)[1]:
        sent += 1
        slow.call(sent, "read_file", modern=True, path=str(folder / "long.txt"))
    quick.call(1, "read_file", modern=True, path=str(folder / "report.md"))
    assert "Total: 42" in str(quick.answer(1)["result"])
    assert resident_kb(slow.pid) < 40_000
    answered = [slow.read()["id"] for _ in range(sent)]
    assert sorted(answered) == list(range(1, sent + 1)), "once it reads, each call has exactly one answer"


def test_a_megabyte_goes_in_and_out_whole(bridge: Start, folder: Path):
    one = bridge()
    text = "é€😀 line of text\n" * 40_000
    one.call(1, "write_file", modern=True, path=str(folder / "big.txt"), content=text)
    assert not one.answer(1)["result"].get("isError")
    assert (folder / "big.txt").read_text() == text


def test_a_request_of_two_hundred_megabytes_is_refused_by_its_id_and_the_session_lives(bridge: Start, folder: Path):
    one = bridge()
    one.call(1, "read_file", modern=True, path=str(folder / "report.md"))
    one.answer(1)
    one.send_bytes(
        b'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write_file","arguments":{"content":"'
    )
    for _ in range(200):
        one.send_bytes(b"x" * (1 << 20))
    one.send_bytes(b'"}}}\n')
    refused = one.answer(2)
    assert "64 MiB" in json.dumps(refused)
    assert resident_kb(one.pid) < (MAX_LINE >> 10) + 100_000
    one.call(3, "read_file", modern=True, path=str(folder / "report.md"))
    assert "Total: 42" in str(one.answer(3)["result"])
