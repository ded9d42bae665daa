"""The same conversation with a server of others twice, directly and through Doorkeep: equal but for what policy changed.

Raw lines, so that nothing is forgiven that a client library would overlook. What policy changes is written down here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import installed
from tests.fakes.behind import Server
from tests.fakes.client import stripped_environment
from tests.fakes.house import House
from tests.fakes.recording import Recording, told

Script = list[tuple[str, Any]]
WAIT = "wait until it says"
"""A step of a script that asks nothing: what a server does by itself some time after its start."""

pytestmark = [pytest.mark.needs_npm, pytest.mark.timeout(2 * installed.SECONDS + 120)]


@pytest.fixture(scope="module")
def programs() -> Path:
    return installed.from_npm(
        *(f"@modelcontextprotocol/server-{name}" for name in ("everything", "memory", "filesystem"))
    )


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


def call(name: str, token: Any = None, /, **arguments: Any) -> tuple[str, Any]:
    meta = {"_meta": {"progressToken": token}} if token is not None else {}
    return "tools/call", {"name": name, "arguments": arguments, **meta}


EVERYTHING: Script = [
    ("ping", None),
    ("tools/list", {}),
    call("echo", message="hé\u2028"),
    (WAIT, "Roots updated"),
    call("echo", "token-1", message=""),
    call("echo"),
    call("get-sum", a=1, b="x"),
    call("get-structured-content", location="Chicago"),
    call("get-annotated-message", messageType="success", includeImage=True),
    call("trigger-long-running-operation", 7, duration=0.1, steps=2),
    call("trigger-sampling-request", prompt="hi", maxTokens=5),
    call("trigger-elicitation-request"),
    call("trigger-url-elicitation", url="https://example.com/", elicitationId="e"),
    call("trigger-url-elicitation", url="https://example.com/", errorPath=True),
    ("resources/list", {}),
    ("resources/templates/list", {}),
    ("resources/read", {"uri": "demo://resource/dynamic/text/3"}),
    ("resources/read", {"uri": "demo://nowhere"}),
    ("resources/subscribe", {"uri": "demo://resource/dynamic/text/3"}),
    ("resources/unsubscribe", {"uri": "demo://resource/dynamic/text/3"}),
    ("prompts/list", {}),
    ("prompts/get", {"name": "args-prompt", "arguments": {"city": "Rome"}}),
    ("prompts/get", {"name": "args-prompt", "arguments": {}}),
    ("prompts/get", {"name": "nothing"}),
    (
        "completion/complete",
        {
            "ref": {"type": "ref/prompt", "name": "completable-prompt"},
            "argument": {"name": "name", "value": "A"},
            "context": {"arguments": {"department": "Engineering"}},
        },
    ),
    ("logging/setLevel", {"level": "warning"}),
    ("tasks/list", {}),
    ("tasks/get", {"taskId": "none"}),
    ("resources/list", {"cursor": "no cursor"}),
    ("com.example/unknown", {"a": [1, None, 2.5]}),
]
MEMORY: Script = [
    ("tools/list", {}),
    call("create_entities", entities=[{"name": "Ann", "entityType": "person", "observations": ["likes doors"]}]),
    call("create_relations", relations=[{"from": "Ann", "to": "Ann", "relationType": "is"}]),
    call("add_observations", observations=[{"entityName": "Nobody", "contents": ["x"]}]),
    call("search_nodes", query="doors"),
    call("open_nodes", names=["Ann"]),
    call("delete_entities", entityNames=["Ann"]),
    call("read_graph"),
    call("read_graph", unexpected=1),
]


def files(folder: Path) -> Script:
    return [
        ("tools/list", {}),
        call("list_allowed_directories"),
        (WAIT, "roots/list"),
        call("read_text_file", path=str(folder / "report.md")),
        call("read_text_file", path=str(folder / "report.md"), head=1),
        call("read_text_file", path="/etc/hostname"),
        call("list_directory", path=str(folder)),
        call("directory_tree", path=str(folder)),
        call("search_files", path=str(folder), pattern="*.txt"),
        call("write_file", path=str(folder / "new.txt"), content="one\ntwo\n"),
        call("edit_file", path=str(folder / "new.txt"), edits=[{"oldText": "two", "newText": "three"}]),
        call("read_multiple_files", paths=[str(folder / "new.txt"), str(folder / "missing")]),
        call("move_file", source=str(folder / "new.txt"), destination=str(folder / "report.md")),
    ]


def recorded(command: list[str], env: dict[str, str], root: Path, script: Script) -> dict[str, Any]:
    """What was answered to each step, and what the server said and asked by itself, in whatever order that was."""
    talk = Recording(command, env, root.as_uri())
    answers: dict[str, Any] = {}
    try:
        for number, (method, params) in enumerate(script):
            if method == WAIT:
                talk.wait_for(params)
            else:
                answers[f"{number} {method}"] = told(talk.ask(method, params))
        said = sorted((told(message) for message in talk.heard), key=str)
        return {"greeting": told(talk.greeting), "answers": answers, "said": said}
    finally:
        talk.end()


def twice(server: Server, root: Path, script: Script, before: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for parameters in (server.direct, server.behind):
        if before is not None:
            before()
        env = {**stripped_environment(), **(parameters.env or {})}
        found.append(recorded([parameters.command, *parameters.args], env, root, script))
    return found[0], found[1]


def same(direct: dict[str, Any], behind: dict[str, Any]) -> None:
    for step, answer in direct["answers"].items():
        assert behind["answers"][step] == answer, step
    # That its tools are others is the door's to say, once it has compared them with what the user accepted.
    of_its_own = {"method": "notifications/tools/list_changed"}
    assert behind["said"] == [message for message in direct["said"] if message != of_its_own]
    assert behind["greeting"] == direct["greeting"]


def test_all_of_server_everything(house: House, programs: Path, folder: Path) -> None:
    same(*twice(Server(house, "everything", str(programs / "mcp-server-everything")), folder, EVERYTHING))


def test_the_memory_server(house: House, programs: Path, tmp_path: Path) -> None:
    store = tmp_path / "memory.json"
    server = Server(house, "memory", str(programs / "mcp-server-memory"), env={"MEMORY_FILE_PATH": str(store)})
    same(*twice(server, tmp_path, MEMORY, lambda: store.unlink(missing_ok=True)))


def test_the_reference_filesystem_server(house: House, programs: Path, folder: Path) -> None:
    server = Server(house, "files", str(programs / "mcp-server-filesystem"), str(folder))
    same(*twice(server, folder, files(folder), lambda: (folder / "new.txt").unlink(missing_ok=True)))
