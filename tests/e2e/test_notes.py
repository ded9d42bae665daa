"""The notes server behind the real door: what is found, what is logged, what is closed, and who hears of a change."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.client import BridgeProcess
from tests.servers.notes.conftest import write

Start = Callable[..., BridgeProcess]
BOUND = 60.0


def told(*words: str) -> str:
    command = [sys.executable, "-m", "app.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=False)
    assert (done.returncode, done.stderr) == (0, ""), words
    return done.stdout


class Asking:
    """A client of the notes server through a bridge."""

    def __init__(self, bridge: BridgeProcess) -> None:
        self.bridge = bridge
        self._next = 0
        bridge.initialize()
        bridge.answer("init")
        bridge.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def request(self, method: str, **params: Any) -> dict[str, Any]:
        self._next += 1
        self.bridge.request(self._next, method, params)
        return self.bridge.answer(self._next, BOUND)["result"]

    def text(self, tool: str, **arguments: Any) -> str:
        found = self.request("tools/call", name=tool, arguments=arguments)
        assert not found.get("isError"), found
        return str(found["content"][0]["text"])


@pytest.fixture
def vault(folder: Path) -> Path:
    """A vault in the granted folder."""
    notes = {
        ".obsidian/app.json": "{}",
        "Home.md": "---\ntags: [start]\n---\n# Home\nTo [[Plan]].\n",
        "work/Plan.md": "# Plan\nThe needle lies here.\n",
        "shut/Diary.md": "The needle is mine alone.\n",
    }
    write(folder / "Vault", notes)
    return folder / "Vault"


@pytest.fixture
def asking(vault: Path, bridge: Start, chain: str) -> Asking:
    told("folders", "add", str(vault / "shut"), "--access", "off")
    return Asking(bridge("notes"))


def test_notes_are_found_read_and_followed_and_the_log_names_them(asking: Asking, vault: Path) -> None:
    assert asking.text("search_notes", query="needle").splitlines()[1].startswith("work/Plan.md  ")
    assert "The needle lies here." in asking.text("read_note", note="[[Plan]]")
    assert "in Home.md:5: To [[Plan]]." in asking.text("note_links", note="Plan")
    rows = [json.loads(line) for line in told("log", "--json", "--limit", "50").splitlines()]
    found = next(row for row in rows if row["tool"] == "search_notes")
    assert (found["server"], found["decision"], found["outcome"]) == ("notes", "allowed", "ok")
    assert found["paths"] == [str(vault / "work" / "Plan.md")]


def test_what_is_closed_is_in_no_answer(asking: Asking) -> None:
    texts = [
        asking.text("search_notes", query="mine alone"),
        asking.text("list_notes"),
        asking.text("list_notes", kind="folders"),
    ]
    assert not any("Diary" in text or "shut" in text for text in texts)
    told_off = asking.request("tools/call", name="read_note", arguments={"note": "shut/Diary.md"})
    assert told_off["isError"]
    assert "mine" not in told_off["content"][0]["text"]


@pytest.mark.parametrize("by", ["path in the vault", "absolute path"])
def test_a_note_in_a_folder_that_is_switched_off_is_denied_by_that_folder(
    asking: Asking, vault: Path, wait_until: Callable[..., object], by: str
) -> None:
    note = "shut/Diary.md" if by == "path in the vault" else str(vault / "shut" / "Diary.md")
    refused = asking.request("tools/call", name="read_note", arguments={"note": note})
    assert f"switched off the folder {vault / 'shut'}" in refused["content"][0]["text"]

    def rows() -> list[dict[str, Any]]:
        return [json.loads(line) for line in told("log", "--json").splitlines()]

    wait_until(lambda: [row["outcome"] for row in rows()] == ["denied"])
    [row] = rows()
    assert (row["decision"], row["by"], row["folder"]) == ("denied", "policy", str(vault / "shut"))
    assert "which is switched off" in row["reason"]


def test_the_index_lies_in_the_home_and_the_vault_stays_as_it_is(asking: Asking, vault: Path, chain: str) -> None:
    asking.text("search_notes", query="needle")
    assert list((Path(chain) / "undo" / "notes" / "index").glob("*.db"))
    assert sorted(path.name for path in vault.iterdir()) == [".obsidian", "Home.md", "shut", "work"]


def test_who_subscribed_hears_of_another_programs_edit(asking: Asking, vault: Path) -> None:
    uri = "note://Vault/work/Plan.md"
    assert "needle" in asking.request("resources/read", uri=uri)["contents"][0]["text"]
    asking.request("resources/subscribe", uri=uri)
    write(vault, {"work/Plan.md": "# Plan\nChanged.\n"})
    while True:
        message = asking.bridge.read(BOUND)
        if message.get("method") == "notifications/resources/updated":
            break
    assert message["params"] == {"uri": uri}
    assert "Changed." in asking.text("read_note", note="Plan")
