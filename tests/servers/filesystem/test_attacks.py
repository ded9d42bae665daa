"""The published ways out of file servers, tried through every tool of the running server: nothing outside is told, made or changed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, Serve

SECRET = "SECRET-0f3a"


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Path]:
    """`ok` is granted; beside it lie `ok_evil`, `OK`, `outside`, all with secrets that must not be told or changed."""
    for name in ("ok", "ok_evil", "OK", "outside/deep"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("ok_evil/s", "OK/s", "outside/s", "outside/deep/s"):
        (tmp_path / name).write_text(SECRET + "\n")
    ok = tmp_path / "ok"
    (ok / "inside.txt").write_text("harmless\n")
    (ok / "dir").mkdir()
    (ok / "link_file").symlink_to(tmp_path / "outside/s")
    (ok / "link_dir").symlink_to(tmp_path / "outside")
    (ok / "link_chain").symlink_to("link_dir")
    (ok / "link_up").symlink_to("..")
    (ok / "link_relative").symlink_to("../outside/s")
    (ok / "link_dangling").symlink_to(tmp_path / "outside/created")
    (ok / "link_proc").symlink_to("/proc/self/root")
    before = state(tmp_path)
    yield tmp_path
    assert state(tmp_path) == before


def state(root: Path) -> dict[str, object]:
    """Everything outside of the granted folder and the undo store."""
    out: dict[str, object] = {}
    for folder, _, names in os.walk(root):
        inside = os.path.relpath(folder, root)
        if inside.split("/")[0] not in ("ok", "undo"):
            out[inside] = sorted(names) if inside != "." else None
            out.update({f"{inside}/{name}": Path(folder, name).read_text() for name in names})
    return out


PATHS = [
    "{root}/ok_evil/s",
    "{root}/ok_evil",
    "{root}/ok_evil/",
    "{root}/OK/s",
    "{root}/ok/../outside/s",
    "{root}/ok/../ok_evil/s",
    "{root}/ok/nope/../../outside/s",
    "{root}/ok/dir/../../outside/s",
    "{root}//outside//s",
    "{root}/ok/./../outside/s",
    "../outside/s",
    "..",
    "/",
    "/etc/passwd",
    "~/../../../../etc/passwd",
    "~root/x",
    "{root}/ok/link_file",
    "{root}/ok/link_dir/s",
    "{root}/ok/link_dir",
    "{root}/ok/link_chain/deep/s",
    "{root}/ok/link_up/outside/s",
    "{root}/ok/link_relative",
    "{root}/ok/link_dangling",
    "{root}/ok/link_proc/etc/passwd",
    "/proc/self/root{root}/outside/s",
    "/proc/self/cwd",
    "/proc/self/environ",
    "/proc/self/fd/0",
    "/dev/zero",
    "/dev/stdin",
    "file://{root}/outside/s",
    "{root}/ok/link_dir/new",
    "{root}/ok/link_dir/new/newer",
    "{root}/outside/new",
]
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("list_directory", {"path": "@"}),
    ("list_directory", {"path": "@", "depth": 3}),
    ("read_file", {"path": "@"}),
    ("read_file", {"paths": ["@"]}),
    ("read_file", {"path": "@", "as": "hex"}),
    ("search_files", {"query": "SECRET", "path": "@"}),
    ("search_files", {"query": "s", "path": "@", "names": True}),
    ("search_files", {"query": "SECRET", "path": "@", "output": "count"}),
    ("write_file", {"path": "@", "content": "owned"}),
    ("write_file", {"path": "@", "content": "owned", "mode": "overwrite"}),
    ("write_file", {"path": "@", "content": "owned", "mode": "append"}),
    ("write_file", {"path": "@", "content": "owned", "mode": "append", "dry_run": True}),
    ("edit_file", {"path": "@", "edits": [{"old": SECRET, "new": "owned"}]}),
    ("edit_file", {"path": "@", "edits": [{"old": "SECRET", "new": "owned"}], "dry_run": True}),
    ("edit_file", {"path": "@", "edits": [{"old": "SECRETS", "new": "owned"}]}),
    ("move_file", {"source": "@", "destination": "dir/stolen", "copy": True}),
    ("move_file", {"source": "inside.txt", "destination": "@", "copy": True}),
    ("move_file", {"source": "inside.txt", "destination": "@", "dry_run": True}),
    ("create_directory", {"path": "@"}),
]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_through_any_tool(serve: Serve, ground: Path, path: str) -> None:
    files = serve((ground / "ok", "write"))
    wanted = path.format(root=ground)
    for tool, arguments in CALLS:
        given = {
            name: wanted if value == "@" else [wanted] if value == ["@"] else value for name, value in arguments.items()
        }
        found = str(files.result(tool, **given))
        assert SECRET not in found, (tool, given)
        assert "root:x:" not in found
        (ground / "ok/dir/stolen").unlink(missing_ok=True)


@pytest.mark.parametrize(
    "path", [path for path in PATHS if path.startswith(("/", "{root}", "..")) and "/ok/link" not in path]
)
def test_nothing_outside_is_moved_or_trashed(serve: Serve, ground: Path, path: str) -> None:
    files = serve((ground / "ok", "write"))
    wanted = path.format(root=ground)
    assert "Cannot" in (words := files.error("trash", paths=[wanted])) or "'..'" in words or "granted" in words
    files.error("move_file", source=wanted, destination="dir/stolen")
    files.error("move_file", source="inside.txt", destination=wanted)


def test_nothing_is_found_through_links_from_above(serve: Serve, ground: Path) -> None:
    files = serve((ground / "ok", "write"))
    for arguments in (
        {"query": "SECRET"},
        {"query": "SECRET", "output": "files"},
        {"query": "s", "names": True, "ignored": True},
    ):
        text = files.text("search_files", **arguments)
        assert SECRET not in text
        assert "deep" not in text
    assert "deep" not in files.text("list_directory", depth=10)


def test_a_link_from_one_granted_folder_into_another_is_followed_for_reading(serve: Serve, ground: Path) -> None:
    files = serve((ground / "ok", "write"), (ground / "outside", "read"))
    assert SECRET in files.text("read_file", path=str(ground / "ok/link_file"))
    assert "Cannot" in files.error("write_file", path=str(ground / "ok/link_dir/new"), content="x")


def test_a_hard_link_is_never_written_through(serve: Serve, ground: Path) -> None:
    os.link(ground / "outside/s", ground / "ok/hard")
    files = serve((ground / "ok", "write"))
    files.facts("write_file", path="hard", content="new", mode="overwrite")
    assert (ground / "outside/s").read_text() == SECRET + "\n"


@pytest.mark.parametrize(
    "name",
    [
        "--help",
        "-rf",
        " lead",
        "trail ",
        '"quoted"',
        "semi;colon",
        "$(touch x)",
        "`touch x`",
        "new\nline",
        "\u202etxt.exe",
        "a" * 255,
        "zero\u200bwidth",
    ],
)
def test_odd_names_are_only_names(files: Files, top: Path, name: str) -> None:
    files.facts("write_file", path=str(top / name), content="content\n")
    assert os.listdir(top) == [name]
    assert "content" in files.text("read_file", path=str(top / name))
    assert "content" in files.text("search_files", query="content")
    files.facts("edit_file", path=str(top / name), edits=[{"old": "content", "new": "changed"}])
    files.facts("move_file", source=str(top / name), destination=str(top / "plain"))
    assert (top / "plain").read_text() == "changed\n"


def test_a_name_too_long_is_refused(files: Files, top: Path) -> None:
    assert "too long" in files.error("write_file", path=str(top / ("a" * 256)), content="x")
    assert "too long" in files.error("create_directory", path="/".join([str(top), *["d" * 200] * 25]))


def test_a_nul_is_refused(files: Files) -> None:
    assert "NUL" in files.error("read_file", path="a\0b")
