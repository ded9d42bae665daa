"""The list of tools as the model sees it: small, in the contract's order, with every hint."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import msgspec
import pytest

from servers.git.server import server as git
from servers.runtime import lists, wire
from tests.servers.git.conftest import Git, MakeRepo, Serve

NAMES = [
    "git_status",
    "git_diff",
    "git_log",
    "git_show",
    "git_blame",
    "git_stage",
    "git_commit",
    "git_branch",
    "git_switch",
    "git_restore",
    "git_stash",
    "git_tag",
    "git_worktrees",
    "git_undo",
    "git_fetch",
    "git_pull",
    "git_push",
]
CREATING = ["git_init", "git_clone"]
READ_ONLY = {"git_status", "git_diff", "git_log", "git_show", "git_blame", "git_worktrees"}
SHOWN = [lists.tool_object(tool, short=git.short_list) for tool in git.tools.values()]


def test_tools_stand_in_the_contracts_order() -> None:
    assert list(git.tools) == [*NAMES, *CREATING]


def test_the_list_is_at_most_nine_kilobytes() -> None:
    shown = lists.tools_text(git)
    assert len(shown) <= 9000
    assert [tool["name"] for tool in msgspec.json.decode(shown)] == NAMES


def test_what_makes_repositories_is_listed_only_where_that_is_on(server: Git) -> None:
    assert {name for name, tool in git.tools.items() if tool.facts.switch == "create"} == set(CREATING)
    listed = server.peer.request("tools/list")["result"]["tools"]
    assert [tool["name"] for tool in listed] == NAMES


@pytest.mark.parametrize("tool", SHOWN, ids=[*NAMES, *CREATING])
def test_each_tool_has_words_a_schema_and_all_hints(tool: dict[str, object]) -> None:
    assert 20 <= len(str(tool["description"])) <= 600
    schema = tool["inputSchema"]
    assert isinstance(schema, dict)
    jsonschema.Draft202012Validator.check_schema(schema)
    hints = tool["annotations"]
    assert isinstance(hints, dict)
    assert set(hints) == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
    assert hints["readOnlyHint"] == (tool["name"] in READ_ONLY)


def test_instructions_are_within_what_clients_show() -> None:
    assert len(git.instructions) < 2000


def test_the_shipped_list_is_this_one() -> None:
    shipped = Path(lists.folder()) / "git.json"
    assert msgspec.json.decode(shipped.read_bytes()) == msgspec.json.decode(wire.encode(lists.described(git)))


def test_every_changing_tool_can_be_tried_first() -> None:
    for name, tool in git.tools.items():
        if name not in READ_ONLY:
            assert "dry_run" in tool.arguments.__struct_fields__
            assert tool.facts.plan_first or tool.facts.writes


def test_an_unknown_argument_is_named(server: Git) -> None:
    assert "There is no argument `path`" in server.error("git_status", path="x")


def test_without_a_repository_the_error_says_what_to_do(server: Git) -> None:
    assert "Ask the user to grant the folder of the repository" in server.error("git_status")


def test_several_calls_at_once_are_all_answered(serve: Serve, top: Path, make_repo: MakeRepo) -> None:
    for name in ("one", "two"):
        make_repo(name).commit("Begin", x=name)
    peer = serve((top, "read")).peer
    asked = [peer.ask("tools/call", {"name": "git_log", "arguments": {"repo": name}}) for name in ("one", "two") * 4]
    answers = [peer.answer(id_)["result"]["content"][0]["text"] for id_ in asked]
    assert all(f"/{name} " in answer for name, answer in zip(("one", "two") * 4, answers, strict=True))
