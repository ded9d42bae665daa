"""The truth table of decisions: one row, one question, one verdict."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.gateway.decision import Decision, Question, decide, refusal_words
from app.gateway.paths import Place
from servers.runtime import wire

FOLDERS = (
    wire.Folder("/w", "write"),
    wire.Folder("/w/off", "off"),
    wire.Folder("/w/read", "read"),
    wire.Folder("/w/ask", "ask"),
    wire.Folder("/a", "ask"),
    wire.Folder("/r", "read"),
    wire.Folder("/r/w", "write"),
    wire.Folder("/o", "off"),
    wire.Folder("/w/.bashrc", "read", protected=True),
    wire.Folder("/w/door", "off", protected=True),
    wire.Folder("/w/door/inner", "write"),
)
OPEN = tuple(folder for folder in FOLDERS if not folder.protected and folder.access != "off")
INNER = tuple(sorted((wire.path_key(row.path), row) for row in FOLDERS if row.access != "write"))


def reads(*paths: str, **more: Any) -> Question:
    return question(reads=[Place(path) for path in paths], **more)


def writes(*paths: str, **more: Any) -> Question:
    return question(**{"writes": [Place(path) for path in paths], "changes": True, "plans": True, **more})


def question(**more: Any) -> Question:
    return Question(**{"tool": "t", "grants": wire.Grants(FOLDERS), "open_folders": OPEN, "inner": INNER, **more})


def planned(*paths: str, reads: list[str] | None = None, undoable: bool = True) -> wire.Plan:
    return wire.Plan(writes=list(paths), reads=reads or [], undoable=undoable, guard="g")


TABLE = [
    # the door as a whole
    (reads("/w/f", paused=True), "deny", "user", None),
    (writes("/w/f", paused=True, yes=True), "deny", "user", None),
    (reads("/w/f", enabled=False), "deny", "rule", None),
    (reads("/w/f", rule="off"), "deny", "rule", None),
    (writes("/a/f", rule="off", yes=True), "deny", "rule", None),
    (reads("/w/f", open_folders=()), "deny", "policy", None),
    # reading
    (reads("/w/f"), "allow", "policy", "/w"),
    (reads("/w"), "allow", "policy", "/w"),
    (reads("/a/f"), "allow", "policy", "/a"),
    (reads("/r/f"), "allow", "policy", "/r"),
    (reads("/r/w/f"), "allow", "policy", "/r/w"),
    (reads("/w/off/f"), "deny", "policy", "/w/off"),
    (reads("/w/offer/f"), "allow", "policy", "/w"),
    (reads("/o/f"), "deny", "policy", "/o"),
    (reads("/etc/passwd"), "deny", "policy", None),
    (reads("/wx/f"), "deny", "policy", None),
    (reads("/"), "deny", "policy", None),
    (reads("/w/f", "/etc/passwd"), "deny", "policy", None),
    (reads("/w/door/f"), "deny", "policy", "/w/door"),
    (reads("/w/door/inner/f"), "deny", "policy", "/w/door"),
    (reads("/w/.bashrc"), "allow", "policy", "/w/.bashrc"),
    (reads(), "allow", "policy", None),
    (reads("/w/f", rule="ask"), "ask", "rule", "/w"),
    (reads("/w/f", rule="ask", yes=True), "allow", "user", "/w"),
    (reads("/o/f", rule="allow", yes=True), "deny", "policy", "/o"),
    # changing what the arguments name
    (writes("/w/f"), "allow", "policy", "/w"),
    (writes("/r/f"), "deny", "policy", "/r"),
    (writes("/r/f", yes=True, rule="allow"), "deny", "policy", "/r"),
    (writes("/r/w/f"), "allow", "policy", "/r/w"),
    (writes("/w/read/f"), "deny", "policy", "/w/read"),
    (writes("/w/off/f"), "deny", "policy", "/w/off"),
    (writes("/w/.bashrc"), "deny", "policy", "/w/.bashrc"),
    (writes("/w/door/f"), "deny", "policy", "/w/door"),
    (writes("/tmp/f"), "deny", "policy", None),
    (writes("/w/f", "/r/f"), "deny", "policy", "/r"),
    (writes("/w/f", "/a/f"), "plan", "policy", "/w"),
    # a folder that holds what is closed, or what asks, cannot be moved away from under it
    (writes("/w"), "deny", "policy", "/w/.bashrc"),
    (writes("/w/ask"), "plan", "policy", "/w/ask"),
    # asking folders
    (writes("/a/f"), "plan", "policy", "/a"),
    (writes("/a/f", plans=False), "ask", "policy", "/a"),
    (writes("/a/f", plan=planned("/a/f")), "ask", "policy", "/a"),
    (writes("/a/f", plan=planned("/a/f"), yes=True), "allow", "user", "/a"),
    (writes("/a/f", rule="allow"), "plan", "policy", "/a"),
    (writes("/a/f", rule="allow", plan=planned("/a/f")), "allow", "rule", "/a"),
    (writes("/w/f", rule="ask"), "plan", "policy", "/w"),
    (writes("/w/f", rule="ask", plan=planned("/w/f")), "ask", "rule", "/w"),
    # what only a plan tells
    (writes(plan_first=True), "plan", "policy", None),
    (writes(), "plan", "policy", None),
    (writes(plans=False), "deny", "policy", None),
    (writes(plan=planned("/w/f")), "allow", "policy", "/w"),
    (writes(plan=planned("/a/f")), "ask", "policy", "/a"),
    (writes(plan=planned("/r/f")), "deny", "policy", "/r"),
    (writes(plan=planned("/etc/f")), "deny", "policy", None),
    (writes(plan=planned("/w/f", reads=["/etc/f"])), "deny", "policy", None),
    (writes(plan=planned("/w/f", reads=["/r/f"])), "allow", "policy", "/w"),
    (writes(plan=planned()), "allow", "policy", None),
    (writes("/w/f", plan=planned("/etc/f")), "deny", "policy", None),
    (writes("/w/f", plan=planned("/a/f")), "ask", "policy", "/a"),
    # what cannot be undone asks
    (writes("/w/f", plan=planned("/w/f", undoable=False)), "ask", "policy", "/w"),
    (writes("/w/f", plan=planned("/w/f", undoable=False), rule="allow"), "ask", "policy", "/w"),
    (writes("/w/f", plan=planned("/w/f", undoable=False), yes=True), "allow", "user", "/w"),
    # a dry run changes nothing, and still reads
    (question(writes=[Place("/r/f")], plans=True), "allow", "policy", "/r"),
    (question(writes=[Place("/a/f")], plans=True), "allow", "policy", "/a"),
    (question(writes=[Place("/o/f")], plans=True), "deny", "policy", "/o"),
    # servers that are not ours
    (question(builtin=False, open_folders=()), "allow", "rule", None),
    (question(builtin=False, changes=True), "ask", "rule", None),
    (question(builtin=False, changes=True, yes=True), "allow", "user", None),
    (question(builtin=False, changes=True, rule="allow"), "allow", "rule", None),
    (question(builtin=False, rule="ask"), "ask", "rule", None),
    (question(builtin=False, rule="off", yes=True), "deny", "rule", None),
    (question(builtin=False, paused=True, rule="allow"), "deny", "user", None),
]


@pytest.mark.parametrize(("asked", "verdict", "by", "folder"), TABLE)
def test_the_truth_table(asked: Question, verdict: str, by: str, folder: str | None) -> None:
    found = decide(asked)
    assert (found.verdict, found.by, found.folder) == (verdict, by, folder), found.reason
    assert found.reason


@pytest.mark.parametrize("access", ["off", "read", "ask", "write"])
@pytest.mark.parametrize("need", ["read", "change"])
def test_no_access_allows_more_than_it_says(access: Any, need: str) -> None:
    folders = (wire.Folder("/f", access),)
    asked = Question("t", wire.Grants(folders), open_folders=folders, changes=need == "change")
    setattr(asked, "writes" if need == "change" else "reads", [Place("/f/x")])
    allowed = decide(asked).verdict == "allow"
    assert allowed == ((need == "read" and access != "off") or access == "write")


@pytest.mark.parametrize(
    ("path", "real", "verdict"),
    [
        ("/link/f", "/w/f", "allow"),
        ("/link/f", "/etc/f", "deny"),
        ("/w/link/f", "/etc/f", "deny"),
        ("/w/link/f", "/a/f", "plan"),
        ("/w/link/f", "/r/f", "deny"),
        ("/a/link/f", "/w/f", "plan"),
    ],
)
def test_of_a_path_as_written_and_as_links_lead_the_stricter_counts(path: str, real: str, verdict: str) -> None:
    assert decide(question(writes=[Place(path, real)], changes=True, plans=True)).verdict == verdict


def test_every_folder_that_asks_is_named() -> None:
    found = decide(writes(plan=planned("/a/f", "/w/ask/g")))
    assert found.asking == ("/a", "/w/ask")


def test_the_question_itself_is_left_as_it_was() -> None:
    asked = writes("/a/f", plan=planned("/a/f"))
    before = msgspec.structs.asdict(asked)
    decide(asked)
    assert msgspec.structs.asdict(asked) == before


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Decision("deny", "policy", "why"), "Granted: /w (write)"),
        (Decision("deny", "user", "why"), "Tell the user"),
        (Decision("deny", "rule", "why"), "ask the user to allow it"),
    ],
)
def test_a_refusal_says_what_was_refused_why_and_what_to_ask(decision: Decision, words: str) -> None:
    found = refusal_words(decision, "write_file", OPEN)
    assert found.startswith("Doorkeep refused write_file: why.")
    assert words in found


def test_a_refusal_names_ten_folders_at_most() -> None:
    many = tuple(wire.Folder(f"/{n}", "read") for n in range(30))
    assert "and 20 more" in refusal_words(Decision("deny", "policy", "why"), "t", many)
