from pathlib import Path

from tests.servers.filesystem.conftest import Files, Serve


def test_without_an_id_the_latest_changes_are_listed(files: Files, top: Path) -> None:
    first = files.facts("write_file", path="a", content="x")["change_id"]
    second = files.facts("create_directory", path="b")["change_id"]
    changes = files.facts("undo")["changes"]
    assert [(one["change_id"], one["tool"], one["paths"]) for one in changes] == [
        (second, "create_directory", [f"{top}/b"]),
        (first, "write_file", [f"{top}/a"]),
    ]
    assert len(files.facts("undo", limit=1)["changes"]) == 1
    back = files.facts("undo", change_id=first)["change_id"]
    listed = {one["change_id"]: one for one in files.facts("undo")["changes"]}
    assert (listed[first]["undoable"], listed[first]["undone_by"]) == (False, back)


def test_changes_in_a_folder_that_was_closed_are_not_told_of(serve: Serve, top: Path) -> None:
    (top / "sub").mkdir()
    files = serve((top, "write"))
    hidden = files.facts("write_file", path="sub/secret-name", content="x")["change_id"]
    shown = files.facts("write_file", path="a", content="x")["change_id"]
    closed = serve((top, "write"), (top / "sub", "off"))
    assert [one["change_id"] for one in closed.facts("undo")["changes"]] == [shown]
    assert "cannot be taken back" in closed.error("undo", change_id=hidden)
    assert (top / "sub/secret-name").exists()


def test_a_dry_run_says_what_would_be_done_or_why_not(files: Files, top: Path) -> None:
    change = files.facts("write_file", path="a", content="x")["change_id"]
    facts = files.facts("undo", change_id=change, dry_run=True)
    assert facts == {"changed": True, "steps": [f"remove {top}/a, which was new (it is kept for undo)"]}
    (top / "a").write_text("newer")
    facts = files.facts("undo", change_id=change, dry_run=True)
    assert not facts["changed"]
    assert "was changed since" in facts["steps"][0]
    assert (top / "a").read_text() == "newer"


def test_newer_work_is_not_lost_unless_forced_and_even_then_kept(files: Files, top: Path) -> None:
    (top / "a").write_text("old")
    change = files.facts("write_file", path="a", content="new", mode="overwrite")["change_id"]
    (top / "a").write_text("newest")
    assert "was changed since" in files.error("undo", change_id=change)
    assert (top / "a").read_text() == "newest"
    back = files.facts("undo", change_id=change, force=True)["change_id"]
    assert (top / "a").read_text() == "old"
    files.facts("undo", change_id=back)
    assert (top / "a").read_text() == "newest"


def test_a_change_is_taken_back_once(files: Files) -> None:
    change = files.facts("write_file", path="a", content="x")["change_id"]
    files.facts("undo", change_id=change)
    assert "taken back already" in files.error("undo", change_id=change)


def test_an_unknown_change_is_said(files: Files) -> None:
    for change in ("nope", "00000000000-000000", "../../etc/passwd"):
        assert "There is no change" in files.error("undo", change_id=change)


def test_a_folder_that_is_only_read_now_keeps_what_it_has(serve: Serve, top: Path) -> None:
    change = serve((top, "write")).facts("write_file", path="a", content="x")["change_id"]
    assert "read-only" in serve((top, "read")).error("undo", change_id=change)
    assert (top / "a").exists()


def test_without_an_undo_store_there_is_nothing_to_undo(serve: Serve, top: Path) -> None:
    assert "without an undo store" in serve((top, "write"), undo=False).error("undo")
