from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.control.client import ControlClient
from app.core.folders import grant
from tests.fakes.client import BridgeProcess
from tests.fakes.house import House

Start = Callable[..., BridgeProcess]


def ask(one: BridgeProcess, id_: int, tool: str, **arguments: Any) -> tuple[bool, str]:
    """(refused or failed, the text) of one call."""
    one.call(id_, tool, modern=True, **arguments)
    message = one.answer(id_)
    assert "result" in message, f"this is no refusal, the call itself is wrong: {message}"
    result = message["result"]
    return bool(result.get("isError")), "".join(block.get("text", "") for block in result["content"])


def test_a_folder_switched_off_is_closed_at_the_next_call_of_every_session(bridge: Start, chain: str, folder: Path):
    sessions = [bridge() for _ in range(3)]
    report = str(folder / "report.md")
    for one in sessions:
        assert not ask(one, 1, "read_file", path=report)[0]
    grant(chain, str(folder), "off")
    for one in sessions:
        refused, words = ask(one, 2, "read_file", path=report)
        assert refused
        assert "Total" not in words
    grant(chain, str(folder), "read")
    for one in sessions:
        assert not ask(one, 3, "read_file", path=report)[0]
        assert ask(one, 4, "write_file", path=report, content="x", mode="overwrite")[0]
    assert (folder / "report.md").read_text().startswith("# Report")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_directory", {"path": "{off}"}),
        ("read_file", {"path": "{off}/inner.txt"}),
        ("read_file", {"path": "{folder}/link/inner.txt"}),
        ("read_file", {"path": "{folder}/notes/../off/inner.txt"}),
        ("search_files", {"query": "inside", "path": "{off}"}),
        ("write_file", {"path": "{off}/new.txt", "content": "x"}),
        ("write_file", {"path": "{folder}/link/new.txt", "content": "x"}),
        ("edit_file", {"path": "{off}/inner.txt", "edits": [{"old": "inside", "new": "out"}]}),
        ("move_file", {"source": "{off}/inner.txt", "destination": "{folder}/stolen.txt"}),
        ("move_file", {"source": "{folder}/report.md", "destination": "{off}/report.md"}),
        ("move_file", {"source": "{off}", "destination": "{folder}/renamed"}),
        ("create_directory", {"path": "{off}/new"}),
        ("trash", {"paths": ["{off}/inner.txt"]}),
        ("trash", {"paths": ["{off}"]}),
    ],
)
def test_a_closed_folder_inside_an_open_one_stays_closed_for_every_tool(
    bridge: Start, chain: str, folder: Path, tool: str, arguments: dict[str, Any]
):
    off = folder / "off"
    off.mkdir()
    (off / "inner.txt").write_text("inside\n")
    os.symlink(off, folder / "link")
    grant(chain, str(off), "off")

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(item) for item in value]
        return value.format(off=off, folder=folder) if isinstance(value, str) else value

    refused, words = ask(bridge(), 1, tool, **{name: filled(value) for name, value in arguments.items()})
    assert refused, words
    assert "inside\n" not in words
    assert sorted(path.name for path in off.iterdir()) == ["inner.txt"]
    assert (off / "inner.txt").read_text() == "inside\n"
    assert (folder / "report.md").exists()
    assert not (folder / "stolen.txt").exists()


def test_a_search_from_above_says_nothing_of_a_closed_folder(bridge: Start, chain: str, folder: Path):
    off = folder / "off"
    off.mkdir()
    (off / "inner.txt").write_text("buy milk secretly\n")
    grant(chain, str(off), "off")
    refused, text = ask(bridge(), 1, "search_files", query="milk", path=str(folder))
    assert not refused
    assert "todo.txt" in text
    assert "secretly" not in text
    assert "inner.txt" not in text


def test_a_grant_on_the_whole_account_leaves_doorkeeps_own_settings_closed(bridge: Start, chain: str, guard: Path):
    grant(chain, str(guard), "write")
    (guard / "plain.txt").write_text("plain\n")
    toml = Path(chain, "doorkeep.toml")
    before = toml.read_text()
    one = bridge()
    assert not ask(one, 1, "read_file", path=str(guard / "plain.txt"))[0]
    refused, words = ask(one, 2, "read_file", path=str(toml))
    assert refused
    assert "access" not in words or "[[folders]]" not in words
    assert ask(
        one, 3, "write_file", path=str(toml), content='[[folders]]\npath = "/"\naccess = "write"\n', mode="overwrite"
    )[0]
    assert ask(one, 4, "edit_file", path=str(toml), edits=[{"old": "write", "new": "off"}])[0]
    assert ask(one, 5, "move_file", source=str(toml), destination=str(guard / "gone.toml"))[0]
    assert ask(one, 6, "move_file", source=chain, destination=str(guard / "elsewhere"))[0]
    assert ask(one, 7, "trash", paths=[chain])[0]
    assert ask(one, 8, "list_directory", path=chain)[0]
    assert toml.read_text() == before


def test_a_process_that_a_server_started_is_refused_at_the_controls(home: str):
    house = House(home)
    try:
        house.start()
        answer = house.call("dial", path=house.address, hello='{"doorkeep":1,"as":"control"}')
        assert "refused" in answer
        assert '"error"' in answer
    finally:
        house.end()


def test_paused_means_every_call_is_refused_until_resumed(bridge: Start, chain: str, folder: Path):
    one = bridge()
    report = str(folder / "report.md")
    assert not ask(one, 1, "read_file", path=report)[0]
    with ControlClient.connect(chain) as control:
        control.call("pause")
        assert ask(one, 2, "read_file", path=report)[0]
        control.call("resume")
    assert not ask(one, 3, "read_file", path=report)[0]
