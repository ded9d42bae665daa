"""A folder that is switched off, or only read, within one that may be changed: no tool reaches into it, or carries it away."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, Serve

SECRET = "SECRET-77aa"


@pytest.fixture
def nested(serve: Serve, top: Path) -> Iterator[Files]:
    """`top` may be changed, `top/d/off` is closed, `top/d/read` may only be read; both stay as they are."""
    for name in ("d/off/deep", "d/read", "d/open"):
        (top / name).mkdir(parents=True)
    (top / "d/off/secret.txt").write_text(f"{SECRET}\n")
    (top / "d/off/deep/secret.txt").write_text(f"{SECRET}\n")
    (top / "d/read/r.txt").write_text("readable\n")
    (top / "d/open/o.txt").write_text("open\n")
    (top / "way").symlink_to("d/off")
    (top / "leaf").symlink_to("d/off/secret.txt")
    yield serve((top, "write"), (top / "d/off", "off"), (top / "d/read", "read"))
    assert (top / "d/off/secret.txt").read_text() == f"{SECRET}\n"
    assert sorted(os.listdir(top / "d/off")) == ["deep", "secret.txt"]
    assert os.listdir(top / "d/off/deep") == ["secret.txt"]
    assert os.listdir(top / "d/read") == ["r.txt"]
    assert (top / "d/read/r.txt").read_text() == "readable\n"


PLACES = [
    "d/off/secret.txt",
    "d/off",
    "d/off/deep",
    "d/off/deep/secret.txt",
    "d/off/new",
    "d/off/new/newer",
    "way",
    "way/secret.txt",
    "way/new",
    "leaf",
    "way/deep",
]
READS: list[tuple[str, dict[str, Any]]] = [
    ("list_directory", {"path": "@"}),
    ("read_file", {"path": "@"}),
    ("search_files", {"query": "SECRET", "path": "@"}),
    ("search_files", {"query": "secret", "path": "@", "names": True}),
    ("move_file", {"source": "@", "destination": "d/open/stolen", "copy": True}),
]
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("write_file", {"path": "@", "content": "x"}),
    ("write_file", {"path": "@", "content": "x", "mode": "overwrite"}),
    ("write_file", {"path": "@", "content": "x", "mode": "append"}),
    ("edit_file", {"path": "@", "edits": [{"old": "S", "new": "x"}]}),
    ("move_file", {"source": "@", "destination": "d/open/stolen"}),
    ("move_file", {"source": "d/open/o.txt", "destination": "@", "on_exists": "trash"}),
    ("move_file", {"source": "d/open/o.txt", "destination": "@", "copy": True, "on_exists": "trash"}),
    ("create_directory", {"path": "@"}),
    ("trash", {"paths": ["@"]}),
]

CARRYING = [arguments for tool, arguments in CHANGES if tool == "move_file"]


def put(arguments: dict[str, Any], path: str) -> dict[str, Any]:
    return {name: path if value == "@" else [path] if value == ["@"] else value for name, value in arguments.items()}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("tool", "arguments"), [*READS, *CHANGES], ids=lambda one: one if isinstance(one, str) else "")
def test_no_tool_reaches_into_a_closed_folder(nested: Files, tool: str, arguments: dict[str, Any], place: str) -> None:
    # The links themselves lie in the open folder: they may be moved, trashed and replaced.
    carries_the_link = place in ("way", "leaf") and (tool == "trash" or arguments in CARRYING)
    found = nested.result(tool, **put(arguments, place))
    assert SECRET not in str(found)
    if not carries_the_link:
        assert found.get("isError"), found


@pytest.mark.parametrize("place", ["d/read/r.txt", "d/read", "d/read/new", "d/read/new/newer"])
@pytest.mark.parametrize(("tool", "arguments"), CHANGES, ids=lambda one: one if isinstance(one, str) else "")
def test_no_tool_changes_what_may_only_be_read(nested: Files, tool: str, arguments: dict[str, Any], place: str) -> None:
    assert nested.error(tool, **put(arguments, place))


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("trash", {"paths": ["d"]}),
        ("move_file", {"source": "d", "destination": "e"}),
        ("move_file", {"source": "d", "destination": "e", "copy": True}),
        ("move_file", {"source": "d/open", "destination": "d/off/x"}),
    ],
)
def test_a_folder_that_holds_it_is_not_carried_away(nested: Files, tool: str, arguments: dict[str, Any]) -> None:
    assert nested.error(tool, **arguments)


def test_what_lies_in_it_is_not_found_from_above(nested: Files) -> None:
    assert "deep" not in nested.text("list_directory", depth=20)
    assert "secret.txt" not in nested.text("search_files", query="*", names=True, ignored=True)
    for output in ("matches", "files", "count"):
        text = nested.text("search_files", query="SECRET", output=output, ignored=True)
        assert SECRET not in text
        assert "secret.txt" not in text
    assert "d/read/r.txt" in nested.text("search_files", query="readable")


def test_undo_does_not_reach_into_a_folder_closed_since(serve: Serve, top: Path) -> None:
    (top / "sub").mkdir()
    wide = serve((top, "write"))
    written = wide.facts("write_file", path="sub/f", content="x")["change_id"]
    moved = wide.facts("move_file", source="sub/f", destination="g")["change_id"]
    closed = serve((top, "write"), (top / "sub", "off"))
    for change in (written, moved):
        assert closed.error("undo", change_id=change)
    assert (os.listdir(top / "sub"), (top / "g").read_text()) == ([], "x")


def test_the_longest_folder_wins_within_a_closed_one(serve: Serve, top: Path) -> None:
    (top / "off/open").mkdir(parents=True)
    (top / "off/open/f").write_text("reachable")
    files = serve((top, "write"), (top / "off", "off"), (top / "off/open", "write"))
    assert "reachable" in files.text("read_file", path=str(top / "off/open/f"))
    assert files.error("read_file", path=str(top / "off/f"))
