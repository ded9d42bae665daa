from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from servers.runtime import lists
from tests.fakes.small_server import server


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of built-in lists that holds the small server's."""
    monkeypatch.setattr(lists, "folder", lambda: str(tmp_path))
    return Path(lists.write("tests.fakes.small_server"))


def change(path: Path, **members: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **members}))


def shown() -> list[dict[str, Any]]:
    return json.loads(lists.tools_text(server))


def test_the_file_holds_what_the_server_shows_and_what_the_gateway_needs(shipped: Path) -> None:
    written = json.loads(shipped.read_text())
    assert shipped.name == "small.json"
    assert written["tools"] == shown()
    assert written["server"] == {
        "name": "small",
        "title": "Small",
        "version": "1.2.3",
        "instructions": "For tests.",
        "capabilities": {"tools": {}, "resources": {}, "prompts": {}, "completions": {}},
    }
    assert written["facts"]["keep"] == {"writes": ["path"], "changes": True}
    assert written["facts"]["echo"] == {}


def test_the_server_answers_from_the_file_on_one_line(shipped: Path) -> None:
    tools = json.loads(shipped.read_text())["tools"]
    tools[0]["description"] = "from the file"
    change(shipped, tools=tools)
    assert shown()[0]["description"] == "from the file"
    assert b"\n" not in lists.tools_text(server)


@pytest.mark.parametrize("wrong", [{"server": {"version": "0.9"}}, {"facts": {"echo": {}}}, {"server": []}])
def test_a_file_of_another_release_is_not_used(shipped: Path, wrong: dict[str, Any]) -> None:
    tools = json.loads(shipped.read_text())["tools"]
    change(shipped, tools=tools[1:], **wrong)
    assert shown()[0]["name"] == "echo"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"server":{},"tools":[]}'])
def test_a_broken_file_is_not_used(shipped: Path, content: str) -> None:
    shipped.write_text(content)
    assert shown()[0]["name"] == "echo"


def test_a_package_is_taken_by_its_module_called_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").touch()
    (tmp_path / "pack" / "server.py").write_text("from tests.fakes.small_server import server\n")
    monkeypatch.syspath_prepend(tmp_path)
    for _ in range(2):  # the second time, `pack.server` is an attribute of the package, and a module
        assert lists.write("pack", str(tmp_path)) == str(tmp_path / "small.json")


def test_every_list_is_the_same_each_time() -> None:
    for method in ("tools/list", "prompts/list", "resources/templates/list"):
        assert lists.body(server, method) == lists.body(server, method)


def test_names_and_words_keep_to_what_clients_take() -> None:
    for tool in server.tools.values():
        found = lists.tool_object(tool)
        assert msgspec.json.decode(msgspec.json.encode(found)) == found
        assert set(found["annotations"]) == {
            "title",
            "readOnlyHint",
            "destructiveHint",
            "idempotentHint",
            "openWorldHint",
        }


def test_the_command_names_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lists, "folder", lambda: str(tmp_path))
    assert lists.main(["tests.fakes.small_server"]) == 0
    assert str(tmp_path / "small.json") in capsys.readouterr().err
    assert lists.main([]) == 2
