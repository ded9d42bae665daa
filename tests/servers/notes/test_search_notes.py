"""search_notes: what the model sees, page by page, and that nothing stale is ever shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from servers.notes.index.keeping import Keeper
from servers.notes.index.watching import Watch
from servers.notes.search_notes import SearchNotes, search_notes
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.notes.conftest import MakeCall, body, head, write

WRITER = Path(__file__).parents[2] / "fakes" / "vault_writer.py"


def paths(text: str) -> list[str]:
    """The notes that a result names."""
    return [line.rsplit("  ", 1)[0] for line in body(text).splitlines() if not line.startswith("  ")]


def search(call: Call, query: str = "", **arguments: object) -> str:
    return search_notes(call, SearchNotes(query=query, **arguments))  # type: ignore[arg-type]


def test_a_hit_shows_its_path_its_time_and_the_line(call: Call, vault: Path) -> None:
    write(vault, {"in/Plan.md": "# Plan\n\nThe needle is here.\n"})
    os.utime(vault / "in" / "Plan.md", (1_700_000_000, 1_700_000_000))
    assert search(call, "needle") == "notes=1-1/1\nin/Plan.md  2023-11-14 22:13\n  3: The needle is here.\n"
    assert call.touched == [str(vault / "in" / "Plan.md")]


def test_nothing_found_is_said_as_none(call: Call) -> None:
    assert search(call, "needle") == "notes=0-0/0\n"


def test_pages_follow_each_other_without_gap_or_double(call: Call, vault: Path) -> None:
    write(vault, {f"n{n:02}.md": "needle" for n in range(25)})
    seen: list[str] = []
    cursor = ""
    while True:
        text = search(call, "needle", limit=10, cursor=cursor)
        seen += paths(text)
        cursor = head(text).get("next", "")
        if not cursor:
            break
    assert sorted(seen) == sorted(f"n{n:02}.md" for n in range(25))


def test_a_page_holds_what_a_result_may(call: Call, vault: Path) -> None:
    write(vault, {f"n{n:02}.md": "needle " + "x" * 100 for n in range(50)})
    call.page_chars = 2000
    text = search(call, "needle", limit=50)
    assert len(text) <= 2000
    assert head(text)["next"]
    assert len(paths(search(call, "needle", limit=50, cursor=head(text)["next"]))) > 0


def test_a_cursor_of_another_question_is_refused(call: Call, vault: Path) -> None:
    write(vault, {f"n{n}.md": "needle other" for n in range(5)})
    cursor = head(search(call, "needle", limit=2))["next"]
    with pytest.raises(ToolError, match="cursor"):
        search(call, "other", limit=2, cursor=cursor)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"query": "  "},
        {"query": "-x"},
        {"query": "x", "modified_after": "yesterday"},
        {"query": "x", "vault": "No"},
    ],
)
def test_what_cannot_be_answered_is_refused(call: Call, arguments: dict[str, str]) -> None:
    with pytest.raises(ToolError):
        search(call, **arguments)


def test_tags_folder_and_time_narrow_the_search(call: Call, vault: Path) -> None:
    write(vault, {"in/a.md": "needle #x", "in/b.md": "needle", "c.md": "needle #x"})
    assert paths(search(call, "needle", tags=["#X"], folder="in/")) == ["in/a.md"]
    assert paths(search(call, modified_after="2020-01-01", folder="in", sort="title")) == ["in/a.md", "in/b.md"]
    assert paths(search(call, "needle", modified_after="2200-01-01T00:00")) == []


def test_several_vaults_are_searched_and_named(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"One/a.md": "needle", "Two/b.md": "needle needle"})
    call = make_call((tmp_path / "One", "read"), (tmp_path / "Two", "read"))
    assert sorted(paths(search(call, "needle"))) == ["One: a.md", "Two: b.md"]
    assert paths(search(call, "needle", vault="two")) == ["b.md"]


def test_what_is_closed_is_not_found(make_call: MakeCall, vault: Path) -> None:
    write(vault, {"a.md": "needle", "shut/b.md": "needle"})
    wide = make_call((vault, "read"))
    assert len(paths(search(wide, "needle"))) == 2
    narrow = make_call((vault, "read"), (vault / "shut", "off"))
    assert paths(search(narrow, "needle")) == ["a.md"]


def test_an_edit_in_place_that_nobody_heard_of_is_not_shown_as_it_was(
    call: Call, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "start", lambda self: False)
    write(vault, {"a.md": "needle", "b.md": "needle"})
    assert len(paths(search(call, "needle"))) == 2
    write(vault, {"a.md": "straw now"})
    assert paths(search(call, "needle")) == ["b.md"]
    assert paths(search(call, "straw")) == ["a.md"]


def test_a_note_that_was_swapped_for_a_link_is_not_shown(call: Call, vault: Path, tmp_path: Path) -> None:
    write(vault, {"a.md": "needle"})
    write(tmp_path, {"outside.md": "needle outside"})
    assert paths(search(call, "needle")) == ["a.md"]
    (vault / "a.md").unlink()
    (vault / "a.md").symlink_to(tmp_path / "outside.md")
    assert paths(search(call, "needle")) == []


def test_an_answer_before_all_is_read_says_so(call: Call, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(vault, {"a.md": "needle"})
    search(call, "needle")
    monkeypatch.setattr(Keeper, "ready", property(lambda self: False))
    monkeypatch.setattr(Keeper, "wait", lambda self, call: False)
    assert "for the first time" in search(call, "needle").splitlines()[0]


def test_a_vault_that_others_write_at_full_speed_gives_no_stale_hit(call: Call, vault: Path) -> None:
    write(vault, {f"in{n % 5}/n{n}.md": f"still needle{n}" for n in range(100)})
    search(call, "still")
    writers = [
        subprocess.Popen([sys.executable, str(WRITER), str(vault), str(number), "400"], stdout=subprocess.PIPE)
        for number in range(2)
    ]
    rounds = shown = 0
    try:
        while any(writer.poll() is None for writer in writers) and rounds < 400:
            rounds += 1
            text = search(call, "version*", limit=50)
            for path, line in re.findall(r"^(\S+)  \S+ \S+\n  \d+: (.*)$", text, re.MULTILINE):
                shown += 1
                # A note says in each line which state it is in: a mixture of two would be no state that ever was.
                states = set(re.findall(r"version(\d+)", line))
                assert len(states) == 1, (path, line)
            still = paths(search(call, f"needle{rounds % 100}"))
            assert still == [f"in{rounds % 100 % 5}/n{rounds % 100}.md"]
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate(timeout=20)
    for path in vault.rglob("w*.md"):
        word = path.read_text().split()[0]
        assert path.relative_to(vault).as_posix() in paths(search(call, f"{word} {path.stem}", limit=200))
    assert shown
