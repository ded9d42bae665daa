"""The notes server as a program: what it offers, how large its list is, and what it keeps where."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.notes.server import server
from servers.runtime import lists
from tests.servers.notes.conftest import Notes, Serve, body, write

READING = ["search_notes", "read_note", "list_notes", "note_links"]


def test_the_tools_of_the_contract_are_there() -> None:
    assert [name for name in server.tools if name in READING] == READING


def test_the_list_of_tools_is_small() -> None:
    assert len(lists.tools_text(server)) <= 9000
    assert all(len(tool.description) <= 600 for tool in server.tools.values())
    assert len(server.instructions) <= 2000


def test_the_shipped_list_is_that_of_the_server(tmp_path: Path) -> None:
    made = Path(lists.write("servers.notes", str(tmp_path))).read_bytes()
    assert (Path(lists.folder()) / "notes.json").read_bytes() == made


def test_reading_tools_say_that_they_change_nothing() -> None:
    for name in READING:
        assert server.tools[name].hints["readOnlyHint"]


def test_a_confined_server_makes_its_index_beside_the_undo_store(notes: Notes, vault: Path, tmp_path: Path) -> None:
    write(vault, {"a.md": "needle"})
    assert "a.md" in notes.text("search_notes", query="needle")
    assert len(list((tmp_path / "undo" / "index").glob("*.db"))) == 1
    assert sorted(path.name for path in vault.iterdir()) == [".obsidian", "a.md"]


def test_the_index_is_kept_for_the_next_process(serve: Serve, vault: Path, tmp_path: Path) -> None:
    write(vault, {"a.md": "needle"})
    serve((vault, "read")).text("search_notes", query="needle")
    (file,) = (tmp_path / "undo" / "index").glob("*.db")
    before = file.stat().st_ino
    write(vault, {"b.md": "needle"})
    assert "notes=1-2/2" in serve((vault, "read")).text("search_notes", query="needle")
    assert file.stat().st_ino == before


def test_two_servers_serve_one_vault(serve: Serve, vault: Path) -> None:
    write(vault, {f"n{n}.md": f"needle{n} every" for n in range(300)})
    one, other = serve((vault, "read")), serve((vault, "read"))
    assert "/300" in one.text("search_notes", query="every")
    assert "/300" in other.text("search_notes", query="every")
    write(vault, {"new.md": "every"})
    assert "/301" in other.text("search_notes", query="every")
    assert "/301" in one.text("search_notes", query="every")


@pytest.mark.parametrize("tool", READING)
def test_what_lies_outside_is_refused_by_each_tool(notes: Notes, tmp_path: Path, tool: str) -> None:
    write(tmp_path, {"outside/a.md": "secret"})
    outside = str(tmp_path / "outside" / "a.md")
    arguments = {
        "search_notes": {"query": "secret", "vault": str(tmp_path / "outside")},
        "list_notes": {"vault": str(tmp_path / "outside")},
    }.get(tool, {"note": outside})
    assert "secret" not in notes.error(tool, **arguments).replace(outside, "")


def test_sensitive_files_are_in_no_answer(notes: Notes, vault: Path) -> None:
    write(vault, {"a.md": "needle", ".ssh/b.md": "needle", "id_rsa": "needle", "in/.env": "needle"})
    assert "notes=1-1/1" in notes.text("search_notes", query="needle")
    assert body(notes.text("list_notes", kind="attachments")) == ""


def test_the_first_search_waits_with_progress_and_answers(notes: Notes, vault: Path) -> None:
    write(vault, {f"in{n % 20}/n{n}.md": f"every needle{n} " + "filler " * 100 for n in range(3000)})
    params = {"name": "search_notes", "arguments": {"query": "needle2999"}, "_meta": {"progressToken": "first"}}
    found = notes.peer.request("tools/call", params)["result"]["content"][0]["text"]
    told = [message["params"] for message in notes.peer.heard if message.get("method") == "notifications/progress"]
    assert told
    assert told[0]["progressToken"] == "first"
    assert told[-1]["total"] >= told[-1]["progress"]
    # Either all was read in the time a call waits, or the answer says how far it is.
    assert "in19/n2999.md" in found or "for the first time" in found.splitlines()[0]


def test_a_vault_that_cannot_be_written_is_read_all_the_same(serve: Serve, vault: Path) -> None:
    write(vault, {"in/a.md": "needle [[b]]", "b.md": "x"})
    for path in (vault / "in", vault):
        path.chmod(0o555)
    try:
        notes = serve((vault, "read"))
        assert "in/a.md" in notes.text("search_notes", query="needle")
        assert "in in/a.md:1:" in notes.text("note_links", note="b")
    finally:
        for path in (vault, vault / "in"):
            path.chmod(0o755)
