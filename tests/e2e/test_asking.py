"""Asking without a desktop: the command line answers, clients of both eras come back, and what cannot be undone is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
import tomlkit
from mcp import Client, StdioServerParameters, types
from mcp.client.stdio import stdio_client

from app.control.client import ControlClient
from app.core.folders import grant
from app.core.settings import edit
from tests.fakes.client import BridgeProcess, stripped_environment

Start = Callable[..., BridgeProcess]
Wait = Callable[..., Any]
BOUND = 60.0


def doorkeep(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=False)


def facts(*words: str) -> Any:
    done = doorkeep(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(tool: str) -> list[dict[str, Any]]:
    done = doorkeep("log", "--json", "--limit", "500")
    return [row for row in map(json.loads, done.stdout.splitlines()) if row["tool"] == tool]


@pytest.fixture
def asking(chain: str, folder: Path) -> str:
    """The home, with its folder asking at each change."""
    grant(chain, str(folder), "ask")
    return chain


def text_of(message: dict[str, Any]) -> str:
    return "".join(block.get("text", "") for block in message["result"]["content"])


@pytest.mark.parametrize("answer", ["allow", "deny"])
def test_the_command_line_shows_the_question_and_answers_it(
    bridge: Start, asking: str, folder: Path, wait_until: Wait, answer: str
) -> None:
    target = folder / "new.txt"
    one = bridge()
    one.initialize()
    one.answer("init")
    one.call(1, "write_file", path=str(target), content="hello\n")
    question = wait_until(lambda: facts("approvals", "list"))[0]
    assert question["paths"] == [str(target)]
    assert "+hello" in question["preview"].replace("+ ", "+")
    assert not target.exists()
    assert rows("write_file")[0]["outcome"] == "waiting"
    done = doorkeep("approvals", answer, question["id"])
    assert (done.returncode, done.stderr) == (0, "")
    message = one.answer(1)
    row = rows("write_file")[0]
    assert row["by"] == "user"
    if answer == "allow":
        assert target.read_text() == "hello\n"
        assert (row["decision"], row["outcome"]) == ("allowed", "ok")
        assert row["change_id"]
    else:
        assert "the user said no" in text_of(message)
        assert message["result"]["isError"]
        assert not target.exists()
        assert (row["decision"], row["outcome"]) == ("denied", "denied")
    again = doorkeep("approvals", answer, question["id"])
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1


def test_a_yes_for_the_folder_changes_the_settings_and_asks_no_more(
    bridge: Start, asking: str, folder: Path, wait_until: Wait
) -> None:
    one = bridge()
    one.call(1, "write_file", modern=True, path=str(folder / "one.txt"), content="1")
    question = wait_until(lambda: facts("approvals", "list"))[0]
    assert doorkeep("approvals", "allow", question["id"], "--always", "folder").returncode == 0
    assert "isError" not in one.answer(1)["result"]
    one.call(2, "write_file", modern=True, path=str(folder / "two.txt"), content="2")
    assert not one.answer(2)["result"].get("isError")
    assert facts("folders", "list")[0]["access"] == "write"


def test_a_client_that_gave_up_and_asks_again_puts_a_fresh_question(
    bridge: Start, asking: str, folder: Path, wait_until: Wait
) -> None:
    target = str(folder / "late.txt")
    one = bridge()
    one.call(1, "write_file", modern=True, path=target, content="x")
    first = wait_until(lambda: facts("approvals", "list"))[0]["id"]
    one.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}})
    wait_until(lambda: not facts("approvals", "list"))
    assert doorkeep("approvals", "allow", first).returncode == 1, "a question taken back lets nothing through"
    one.call(2, "write_file", modern=True, path=target, content="x")
    second = wait_until(lambda: facts("approvals", "list"))[0]["id"]
    assert second != first
    assert doorkeep("approvals", "allow", second).returncode == 0
    assert not one.answer(2)["result"].get("isError")
    assert sorted(row["outcome"] for row in rows("write_file")) == ["cancelled", "ok"]


@pytest.mark.parametrize(
    ("action", "content", "made"),
    [("accept", {"answer": "allow once"}, True), ("accept", {"answer": "deny"}, False), ("decline", None, False)],
)
def test_the_sdks_client_puts_the_question_to_its_user(
    asking: str, folder: Path, action: Any, content: dict[str, Any] | None, made: bool
) -> None:
    asked: list[str] = []

    async def put(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult(action=action, content=content)

    async def talk() -> types.CallToolResult:
        entry = StdioServerParameters(
            command=sys.executable,
            args=["-m", "app.bridge.main", "--home", asking, "filesystem"],
            env=stripped_environment(),
        )
        with anyio.fail_after(BOUND):
            async with Client(stdio_client(entry), mode="2026-07-28", elicitation_callback=put) as client:
                return await client.call_tool("write_file", {"path": str(folder / "asked.txt"), "content": "yes\n"})

    result = anyio.run(talk)
    assert len(asked) == 1
    assert "asked.txt" in asked[0]
    assert bool(result.is_error) is not made
    assert (folder / "asked.txt").exists() is made
    assert rows("write_file")[0]["by"] == "user"


def test_a_change_too_large_for_its_before_image_is_asked_in_a_folder_that_may_be_written(
    bridge: Start, chain: str, folder: Path, wait_until: Wait
) -> None:
    def little(document: tomlkit.TOMLDocument) -> None:
        document["limits"] = {"undo_megabytes": 1}

    edit(chain, little)
    large = folder / "large.bin"
    large.write_bytes(os.urandom(3_000_000))
    before = large.read_bytes()
    one = bridge()
    one.call(1, "write_file", modern=True, path=str(large), content="small now\n", mode="overwrite")
    question = wait_until(lambda: facts("approvals", "list"))[0]
    assert question["undoable"] is False
    assert "undone" in question["reason"]
    assert large.read_bytes() == before
    assert doorkeep("approvals", "deny", question["id"]).returncode == 0
    assert one.answer(1)["result"]["isError"]
    assert large.read_bytes() == before
    one.call(2, "write_file", modern=True, path=str(large), content="small now\n", mode="overwrite")
    question = wait_until(lambda: facts("approvals", "list"))[0]
    assert doorkeep("approvals", "allow", question["id"]).returncode == 0
    assert not one.answer(2)["result"].get("isError")
    assert large.read_text() == "small now\n"
    assert rows("write_file")[-1]["change_id"] is None, "there is no way back, and none is promised"
    small = folder / "report.md"
    one.call(3, "write_file", modern=True, path=str(small), content="x", mode="overwrite")
    assert not one.answer(3)["result"].get("isError"), "what can be undone is not asked"


def test_questions_die_with_their_gateway_and_no_row_stays_open(
    bridge: Start, asking: str, folder: Path, wait_until: Wait, control: Callable[[], ControlClient]
) -> None:
    one = bridge()
    one.call(1, "write_file", modern=True, path=str(folder / "lost.txt"), content="x")
    question = wait_until(lambda: facts("approvals", "list"))[0]
    with control() as running:
        os.kill(running.pid, 9)
    assert one.answer(1)["result"]["isError"]
    one.call(2, "read_file", modern=True, path=str(folder / "report.md"))
    assert not one.answer(2)["result"].get("isError")
    assert doorkeep("approvals", "allow", question["id"]).returncode == 1
    assert rows("write_file")[0]["outcome"] == "lost"
    assert not (folder / "lost.txt").exists()
