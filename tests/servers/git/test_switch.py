"""git_switch checks out as git does, and no local change is ever lost by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.switch import git_switch
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo


@pytest.fixture
def hands(call: Call, repo: Repo, identity: Path) -> Hands:
    """On main; topic has another a.txt, one file more and one less."""
    repo.git("switch", "-q", "-c", "topic")
    (repo.path / "b.txt").unlink()
    repo.commit("Topic", a__txt="topic\n", c__txt="c\n")
    repo.git("switch", "-q", "main")
    return Hands(call, repo)


def on(repo: Repo) -> str:
    return repo.text("rev-parse", "--abbrev-ref", "HEAD")


def test_another_branch_is_checked_out_whole(hands: Hands, repo: Repo) -> None:
    assert "now on topic" in hands.switch("topic")
    assert on(repo) == "topic"
    assert repo.text("status", "--porcelain") == ""
    assert not (repo.path / "b.txt").exists()


def test_a_new_branch_is_made_and_carries_local_changes_along(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "mine\n")
    assert "Carried along: 1 local change." in hands.switch("new", create=True)
    assert on(repo) == "new"
    assert (repo.path / "a.txt").read_text() == "mine\n"


def test_a_commit_is_looked_at_detached(hands: Hands, repo: Repo) -> None:
    hands.switch("topic~1", detach=True)
    assert on(repo) == "HEAD"


def test_commits_without_a_branch_are_not_lost_by_leaving_them(hands: Hands, repo: Repo) -> None:
    repo.git("switch", "-q", "--detach")
    repo.config("core.logAllRefUpdates", "false")
    loose = repo.commit("Loose", d__txt="d\n")
    done = change_id(hands.switch("main"))
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    hands.undo(done)
    assert repo.text("rev-parse", "HEAD") == loose
    assert repo.text("status", "--porcelain") == ""


def test_local_changes_in_the_way_stop_it_by_name(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "mine\n")
    before = everything(repo)
    with pytest.raises(ToolError, match=r"Local changes are in the way: a\.txt\."):
        hands.switch("topic")
    assert everything(repo) == before


def test_local_changes_in_the_way_are_stashed_where_asked(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "mine\n")
    repo.write("b.txt", "staged\n")
    repo.git("add", "b.txt")
    before = everything(repo)
    text = hands.switch("topic", on_dirty="stash")
    assert "git_stash action=pop" in text
    assert (repo.path / "a.txt").read_text() == "topic\n"
    hands.undo(change_id(text))
    assert everything(repo) == before


@pytest.mark.parametrize("ignored", [True, False])
def test_files_that_git_does_not_know_are_never_overwritten(hands: Hands, repo: Repo, ignored: bool) -> None:
    if ignored:
        (repo.path / ".git/info/exclude").write_text("c.txt\n")
    repo.write("c.txt", "precious\n")
    before = everything(repo)
    for how in ("fail", "stash"):
        with pytest.raises(ToolError):
            hands.switch("topic", on_dirty=how)
        assert everything(repo) == before


def test_a_file_in_the_way_of_a_folder_is_not_lost(hands: Hands, repo: Repo) -> None:
    repo.git("switch", "-q", "topic")
    repo.commit("Folder", **{"d/f": "x"})
    repo.git("switch", "-q", "main")
    repo.write("d", "precious\n")
    with pytest.raises(ToolError):
        hands.switch("topic")
    assert (repo.path / "d").read_text() == "precious\n"


def test_nothing_closed_is_changed_by_it(make_call: MakeCall, hands: Hands, repo: Repo, top: Path) -> None:
    repo.git("switch", "-q", "topic")
    repo.commit("Secret", **{"kept/x": "topic\n", ".env": "A=1\n"})
    repo.git("switch", "-q", "main")
    call = make_call((top, "write"), (repo.path / "kept", "read"))
    before = everything(repo)
    with pytest.raises(ToolError, match=r"would change 2 files .* keeps closed or read-only") as refusal:
        Hands(call, repo).switch("topic")
    assert ".env" not in refusal.value.text
    assert everything(repo) == before


def test_what_other_programs_execute_is_named(hands: Hands, repo: Repo) -> None:
    repo.git("switch", "-q", "topic")
    repo.commit("Workflows", **{".github/workflows/ci.yml": "on: push\n"})
    repo.git("switch", "-q", "main")
    assert "Other programs execute what changes here: .github/workflows/ci.yml." in hands.switch("topic")


def test_a_branch_of_a_remote_is_offered(hands: Hands, repo: Repo) -> None:
    repo.git("update-ref", "refs/remotes/origin/theirs", "HEAD")
    with pytest.raises(ToolError, match="create=true, start=origin/theirs"):
        hands.switch("theirs")


@pytest.mark.parametrize(
    ("target", "arguments", "words"),
    [
        ("", {}, "cannot be the name"),
        ("-", {}, "cannot be the name"),
        ("--orphan=x", {}, "cannot be the name"),
        ("-f", {"detach": True}, "begins with '-'"),
        ("none", {}, "There is no branch none"),
        ("v1", {}, "no branch but a commit"),
        ("topic", {"create": True}, "exists already"),
        ("x", {"create": True, "detach": True}, "choose one"),
        ("topic", {"start": "HEAD"}, "goes with `create`"),
        ("x", {"create": True, "start": "none"}, "There is no commit none"),
        ("HEAD:a.txt", {"detach": True}, "There is no commit"),
    ],
)
def test_what_cannot_be_switched_to_is_said(
    hands: Hands, repo: Repo, target: str, arguments: dict[str, object], words: str
) -> None:
    repo.git("tag", "v1")
    before = everything(repo)
    with pytest.raises(ToolError, match=words):
        hands.switch(target, **arguments)
    assert everything(repo) == before


def test_the_plan_names_the_files_and_does_nothing(hands: Hands, repo: Repo) -> None:
    before = everything(repo)
    plan = hands.plan(git_switch, target="topic")
    assert set(plan.writes) == {str(repo.path / name) for name in (".git", "a.txt", "b.txt", "c.txt")}
    assert "What changes (3 files)" in plan.preview
    assert everything(repo) == before


def test_from_before_the_first_commit(call: Call, make_repo: MakeRepo, repo: Repo) -> None:
    young = make_repo("young")
    young.git("fetch", "-q", str(repo.path), "main:theirs")
    Hands(call, young).switch("theirs")
    assert (young.path / "b.txt").read_text() == "beta\n"
    other = make_repo("younger")
    Hands(call, other).switch("trunk", create=True)
    assert other.text("symbolic-ref", "HEAD") == "refs/heads/trunk"


def test_a_merge_in_progress_is_finished_first(hands: Hands, repo: Repo) -> None:
    repo.commit("main", a__txt="main\n")
    repo.git("merge", "topic", ok=(1,))
    with pytest.raises(ToolError, match="In conflict: 1 file"):
        hands.switch("topic")
