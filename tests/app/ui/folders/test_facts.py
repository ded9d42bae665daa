"""What the Folders page reads."""

from __future__ import annotations

from pathlib import Path

from app.core.journal.writer import Journal
from app.ui.folders import facts


def test_no_settings_are_no_folders_and_no_error(home: str) -> None:
    looked = facts.look(home)
    assert looked.folders == []
    assert looked.error is None
    assert looked.servers["filesystem"] == "Files"


def test_a_folder_that_is_gone_is_known_to_be_gone(home: str, granted: list[Path]) -> None:
    granted[1].rmdir()
    assert [one.exists for one in facts.look(home).folders] == [True, False, True]


def test_a_folder_that_came_or_went_is_noticed(home: str, granted: list[Path]) -> None:
    seen = facts.look(home).folders
    assert not facts.moved(seen)
    granted[1].rmdir()
    assert facts.moved(seen)
    assert not facts.moved(facts.look(home).folders)


def test_broken_settings_are_an_error_in_words(home: str, settings) -> None:
    settings("folders = 3")
    looked = facts.look(home)
    assert looked.error is not None
    assert "does not know" in looked.error.title


def test_lately_gives_the_last_call_and_how_many_today(home: str) -> None:
    journal = Journal.open(home)
    for name in ("a.md", "b.md"):
        path = f"/home/ann/Documents/{name}"
        call = journal.opened(client="claude-ai 1", session="s", server="filesystem", tool="read_file", arguments=b"{}")
        journal.decided(call, decision="allowed", by="policy", reason="", folder="/home/ann/Documents", paths=[path])
        journal.closed(call, outcome="ok", duration_ms=1, result_preview="", result_bytes=1, change_id=None, paths=None)
    journal.commit()
    journal.close()
    found = facts.lately(home, ["/home/ann/Documents", "/home/ann/Other"])
    last = found["/home/ann/Documents"].last
    assert last is not None
    assert last.paths == ["/home/ann/Documents/b.md"]
    assert found["/home/ann/Documents"].today == 2
    assert found["/home/ann/Other"] == facts.Lately()


def test_a_repository_is_seen_at_the_folder_and_a_little_below(tmp_path: Path) -> None:
    assert not facts.has_repository(str(tmp_path))
    assert not facts.has_repository(str(tmp_path / "gone"))
    (tmp_path / "a" / "b" / "deep" / ".git").mkdir(parents=True)
    assert not facts.has_repository(str(tmp_path))
    (tmp_path / "a" / "b" / ".git").mkdir()
    assert facts.has_repository(str(tmp_path))
    assert facts.has_repository(str(tmp_path / "a" / "b"))


def test_a_bare_repository_and_a_worktree_count(tmp_path: Path) -> None:
    for name in ("objects", "refs"):
        (tmp_path / "bare.git" / name).mkdir(parents=True)
    (tmp_path / "bare.git" / "HEAD").touch()
    assert facts.has_repository(str(tmp_path / "bare.git"))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / ".git").write_text("gitdir: elsewhere")
    assert facts.has_repository(str(tmp_path / "tree"))
