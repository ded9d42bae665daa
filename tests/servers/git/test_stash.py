"""git_stash puts aside and brings back what git does, and a dropped entry can be had again."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.stash import git_stash
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo, head


@pytest.fixture
def hands(call: Call, repo: Repo, identity: Path) -> Hands:
    return Hands(call, repo)


def listed(repo: Repo) -> list[str]:
    return repo.text("stash", "list", "--format=%gs").split("\n") if repo.git("stash", "list") else []


def test_changes_are_put_aside_and_brought_back_with_the_index(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "staged\n")
    repo.git("add", "a.txt")
    repo.write("a.txt", "not staged\n")
    before = everything(repo)
    hands.stash("push", message="half done: ä")
    assert repo.text("status", "--porcelain") == ""
    assert listed(repo) == ["On main: half done: ä"]
    hands.stash("pop")
    assert everything(repo) == {**before, "stash": everything(repo)["stash"]}
    assert listed(repo) == []


def test_new_files_go_along_only_where_asked(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "x\n")
    repo.write("new.txt", "new\n")
    hands.stash("push")
    assert repo.text("status", "--porcelain") == "?? new.txt"
    hands.stash("push", untracked=True)
    assert repo.text("status", "--porcelain") == ""
    hands.stash("pop")
    assert (repo.path / "new.txt").read_text() == "new\n"


def test_only_some_paths_are_put_aside(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "x\n")
    repo.write("b.txt", "y\n")
    hands.stash("push", paths=["a.txt"])
    assert repo.git("status", "--porcelain") == b" M b.txt\n"


def test_entries_are_listed_and_shown(hands: Hands, repo: Repo) -> None:
    for words in ("first", "second"):
        repo.write("a.txt", f"{words}\n")
        hands.stash("push", message=words)
    text = hands.stash("list")
    assert head(text) == {"entries": "2"}
    assert [line.split(" ", 2)[2] for line in text.split("\n")[1:]] == ["On main: second", "On main: first"]
    shown = hands.stash("show", entry=1)
    assert "+first" in shown
    assert "+second" not in shown


def test_a_conflict_is_said_and_the_entry_stays(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "stashed\n")
    hands.stash("push")
    repo.commit("Other", a__txt="other\n")
    before = everything(repo)
    text = hands.stash("pop")
    assert "conflicts with what is there in a.txt; the entry was kept" in text
    assert len(listed(repo)) == 1
    hands.undo(change_id(text))
    assert everything(repo) == before


def test_changes_in_the_way_stop_it(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "stashed\n")
    hands.stash("push")
    repo.write("a.txt", "mine\n")
    before = everything(repo)
    with pytest.raises(ToolError, match=r"a\.txt"):
        hands.stash("pop")
    assert everything(repo) == before


def test_applying_keeps_the_entry(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "stashed\n")
    hands.stash("push")
    hands.stash("apply")
    assert len(listed(repo)) == 1
    assert (repo.path / "a.txt").read_text() == "stashed\n"


@pytest.mark.parametrize("action", ["push", "pop"])
def test_nothing_closed_is_changed(make_call: MakeCall, hands: Hands, repo: Repo, top: Path, action: str) -> None:
    repo.commit("kept", **{"kept/x": "x\n"})
    repo.write("kept/x", "mine\n")
    if action == "pop":
        repo.git("stash", "push", "-q")
    before = everything(repo)
    closed = Hands(make_call((top, "write"), (repo.path / "kept", "read")), repo)
    with pytest.raises(ToolError, match="would change 1 file "):
        closed.stash(action)
    assert everything(repo) == before


def test_secrets_that_git_does_not_know_are_not_swept_up(hands: Hands, repo: Repo) -> None:
    repo.write(".env", "TOKEN=x\n")
    repo.write("a.txt", "x\n")
    with pytest.raises(ToolError, match="would change 1 file "):
        hands.stash("push", untracked=True)
    hands.stash("push", untracked=True, paths=["a.txt"])
    assert (repo.path / ".env").read_text() == "TOKEN=x\n"


@pytest.mark.parametrize(
    ("action", "arguments", "words"),
    [
        ("push", {}, "no local changes"),
        ("push", {"paths": ["b.txt"]}, "no local changes"),
        ("pop", {}, "The stash is empty"),
        ("drop", {"entry": 3}, "The stash is empty"),
        ("show", {}, "The stash is empty"),
        ("push", {"paths": ["../x"]}, r"contains '\.\.'"),
    ],
)
def test_what_cannot_be_done_is_said(
    hands: Hands, repo: Repo, action: str, arguments: dict[str, object], words: str
) -> None:
    repo.write("new.txt", "new\n")
    before = everything(repo)
    with pytest.raises(ToolError, match=words):
        hands.stash(action, **arguments)
    assert everything(repo) == before


def test_an_entry_that_there_is_not_is_said(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "x\n")
    hands.stash("push")
    with pytest.raises(ToolError, match="There is no stash 1: it has 1 entries"):
        hands.stash("drop", entry=1)


def test_before_the_first_commit_nothing_is_put_aside(call: Call, make_repo: MakeRepo, identity: Path) -> None:
    repo = make_repo("young")
    repo.write("f", "x")
    with pytest.raises(ToolError, match="no commit yet"):
        Hands(call, repo).stash("push", untracked=True)


def test_looking_needs_no_right_to_change(make_call: MakeCall, repo: Repo) -> None:
    hands = Hands(make_call((repo.path, "read")), repo)
    assert hands.stash("list") == "entries=0"
    assert hands.plan(git_stash, action="list").writes == []
