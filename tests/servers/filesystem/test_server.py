import json
from typing import Any

import pytest

from servers.filesystem.server import server
from servers.runtime import lists
from tests.servers.filesystem.conftest import Files

TOOLS = [
    "list_directory",
    "read_file",
    "search_files",
    "write_file",
    "edit_file",
    "move_file",
    "create_directory",
    "trash",
    "undo",
]


@pytest.fixture
def shipped() -> dict[str, Any]:
    """What the gateway pins."""
    with open(f"{lists.folder()}/filesystem.json", "rb") as file:
        return json.load(file)


def test_the_shipped_list_is_what_the_running_server_shows(files: Files, shipped: dict[str, Any]) -> None:
    assert files.peer.request("tools/list")["result"]["tools"] == shipped["tools"]
    found = files.peer.request("server/discover")["result"]
    assert found["instructions"] == shipped["server"]["instructions"]
    assert found["capabilities"] == shipped["server"]["capabilities"]


def test_the_shipped_list_is_what_the_source_says(shipped: dict[str, Any], tmp_path: Any) -> None:
    with open(lists.write("servers.filesystem", str(tmp_path)), "rb") as file:
        assert json.load(file) == shipped, "run: python -m servers.runtime.lists servers.filesystem"


def test_the_tools_are_those_of_the_contract_in_a_fixed_order(shipped: dict[str, Any]) -> None:
    assert [tool["name"] for tool in shipped["tools"]] == TOOLS == list(server.tools)


def test_the_list_is_small(shipped: dict[str, Any]) -> None:
    assert len(json.dumps(shipped["tools"], separators=(",", ":"))) <= 13_000
    assert len(shipped["server"]["instructions"]) < 2000
    assert all(len(tool["description"]) <= 600 for tool in shipped["tools"])


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_says_what_it_does_to_the_world(shipped: dict[str, Any], tool: str) -> None:
    hints = next(one for one in shipped["tools"] if one["name"] == tool)["annotations"]
    reads = tool in ("list_directory", "read_file", "search_files")
    assert hints["readOnlyHint"] is reads
    assert hints["openWorldHint"] is False
    assert hints["destructiveHint"] is (not reads and tool != "create_directory")


@pytest.mark.parametrize("tool", TOOLS)
def test_payloads_are_text_alone_and_facts_have_a_schema(shipped: dict[str, Any], tool: str) -> None:
    shown = next(one for one in shipped["tools"] if one["name"] == tool)
    assert ("outputSchema" in shown) == (tool not in ("list_directory", "read_file", "search_files"))
    assert ("dry_run" in shown["inputSchema"]["properties"]) == ("outputSchema" in shown)


@pytest.mark.parametrize(
    ("tool", "reads", "writes", "plan_first"),
    [
        ("list_directory", ["path"], [], False),
        ("read_file", ["path", "paths"], [], False),
        ("search_files", ["path"], [], False),
        ("write_file", [], ["path"], False),
        ("edit_file", [], ["path"], False),
        ("move_file", ["source"], ["destination"], True),
        ("create_directory", [], ["path"], False),
        ("trash", [], ["paths"], False),
        ("undo", [], [], True),
    ],
)
def test_the_gateway_knows_which_arguments_are_paths(
    shipped: dict[str, Any], tool: str, reads: list[str], writes: list[str], plan_first: bool
) -> None:
    facts = shipped["facts"][tool]
    assert facts.get("reads", []) == reads
    assert facts.get("writes", []) == writes
    assert facts.get("plan_first", False) is plan_first
    assert facts.get("changes", False) is (tool not in ("list_directory", "read_file", "search_files"))


def test_no_alias_is_advertised(shipped: dict[str, Any]) -> None:
    text = json.dumps(shipped["tools"])
    assert not [name for name in ("oldText", "newText", "dryRun", "pattern", "excludePatterns") if f'"{name}"' in text]
