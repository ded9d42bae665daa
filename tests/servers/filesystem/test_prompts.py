from pathlib import Path

import pytest

from tests.servers.filesystem.conftest import Files


@pytest.mark.parametrize("name", ["tidy_folder", "explain_folder"])
def test_a_prompt_names_the_folder_and_tools_that_exist(files: Files, top: Path, name: str) -> None:
    answer = files.peer.request("prompts/get", {"name": name, "arguments": {"folder": str(top)}})
    text = answer["result"]["messages"][0]["content"]["text"]
    assert str(top) in text
    tools = {tool["name"] for tool in files.peer.request("tools/list")["result"]["tools"]}
    assert {word for word in tools if word in text} >= {"list_directory"}


def test_prompts_are_listed_with_their_argument(files: Files) -> None:
    listed = files.peer.request("prompts/list")["result"]["prompts"]
    assert [(one["name"], one["arguments"][0]["name"]) for one in listed] == [
        ("tidy_folder", "folder"),
        ("explain_folder", "folder"),
    ]


def test_folders_are_completed(files: Files, top: Path) -> None:
    (top / "letters").mkdir()
    answer = files.peer.request(
        "completion/complete",
        {"ref": {"type": "ref/prompt", "name": "tidy_folder"}, "argument": {"name": "folder", "value": f"{top}/l"}},
    )
    assert answer["result"]["completion"]["values"] == [f"{top}/letters/"]
