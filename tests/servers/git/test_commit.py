"""git_commit makes the commit that git would make, in the user's name, and none of the repository's programs runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.backup import index_lock
from servers.git.commit import git_commit
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo


@pytest.fixture
def hands(call: Call, repo: Repo, identity: Path) -> Hands:
    return Hands(call, repo)


def test_what_is_staged_is_committed_by_the_user(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "staged\n")
    repo.git("add", "a.txt")
    repo.write("a.txt", "not staged\n")
    text = hands.commit("Say what\n\nand why\n")
    assert (
        repo.text("log", "-1", "--format=%an <%ae>|%cn|%B") == "Ursula <ursula@example.org>|Ursula|Say what\n\nand why"
    )
    assert repo.git("show", "HEAD:a.txt") == b"staged\n"
    assert (repo.path / "a.txt").read_text() == "not staged\n"
    short = repo.text("rev-parse", "--short=10", "HEAD")
    assert f"commit {short} on main: Say what" in text
    assert "1 file changed" in text
    assert change_id(text)


@pytest.mark.parametrize(
    "message", ["-m x", "--amend", "# not a comment", "ä\u202e\n\nü", "a" * 60_000, "$(id) `id` ; |"]
)
def test_a_message_is_taken_as_it_is(hands: Hands, repo: Repo, message: str) -> None:
    repo.config("commit.cleanup", "strip")
    repo.config("i18n.commitEncoding", "ISO-8859-1")
    hands.commit(message, allow_empty=True)
    assert repo.text("log", "-1", "--format=%B", "--encoding=UTF-8") == message


def test_only_some_paths_are_committed(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "a\n")
    repo.write("b.txt", "b\n")
    repo.git("add", "b.txt")
    hands.commit("only a", paths=["a.txt"])
    assert repo.text("show", "--name-only", "--format=", "HEAD") == "a.txt"
    assert repo.text("diff", "--cached", "--name-only") == "b.txt"


def test_amending_keeps_the_message_or_takes_another(hands: Hands, repo: Repo) -> None:
    parent = repo.text("rev-parse", "HEAD")
    repo.commit("Second", c__txt="c\n")
    repo.write("d.txt", "d\n")
    repo.git("add", "d.txt")
    hands.commit(amend=True)
    assert repo.text("log", "-1", "--format=%s|%P") == f"Second|{parent}"
    hands.commit("Other", amend=True)
    assert repo.text("log", "-1", "--format=%s") == "Other"
    assert repo.text("show", "--name-only", "--format=", "HEAD").split("\n") == ["c.txt", "d.txt"]


def test_an_amended_commit_that_was_published_is_said(hands: Hands, repo: Repo) -> None:
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert "was published already (origin/main)" in hands.commit("Other", amend=True)


def test_the_first_commit_and_one_without_a_branch(call: Call, identity: Path, make_repo: MakeRepo) -> None:
    repo = make_repo("young")
    repo.write("f", "x\n")
    repo.git("add", "f")
    hands = Hands(call, repo)
    hands.commit("First")
    repo.git("switch", "-q", "--detach")
    hands.commit("Loose", allow_empty=True)
    assert repo.text("log", "--format=%s").split("\n") == ["Loose", "First"]
    assert repo.text("log", "-1", "--format=%s", "main") == "First"


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_both_formats_of_objects(call: Call, identity: Path, make_repo: MakeRepo, form: str) -> None:
    repo = make_repo("r", f"--object-format={form}")
    repo.commit("Begin", f="x\n")
    repo.write("f", "y\n")
    before = everything(repo)
    hands = Hands(call, repo)
    done = change_id(hands.commit("Change", paths=["f"]))
    assert repo.git("show", "HEAD:f") == b"y\n"
    hands.undo(done)
    assert everything(repo) == before


def test_a_linked_worktree_commits_on_its_own_branch(hands: Hands, repo: Repo) -> None:
    other = Repo(repo.path.parent / "w")
    repo.git("worktree", "add", "-q", "-b", "topic", str(other.path))
    other.write("a.txt", "there\n")
    there = Hands(hands.call, other)
    head = other.text("rev-parse", "HEAD")
    done = change_id(there.commit("There", paths=["a.txt"]))
    assert repo.text("log", "-1", "--format=%s", "topic") == "There"
    there.undo(done)
    assert other.text("rev-parse", "topic") == head
    assert other.git("status", "--porcelain") == b" M a.txt\n"


def test_the_plan_shows_author_message_and_diff_without_what_is_closed(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "new line\n")
    repo.write(".env", "TOKEN=secret\n")
    repo.git("add", "-A")
    plan = hands.plan(git_commit, message="Say what\n\nwhy")
    assert plan.preview.startswith("commit on main: Say what\nby Ursula <ursula@example.org>\n")
    assert "+new line" in plan.preview
    assert "secret" not in plan.preview.replace("hold secrets", "")
    assert "Left out: 1 file that" in plan.preview
    assert plan.undoable


def test_a_plan_is_of_one_index_and_one_head(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "new\n")
    repo.git("add", "-A")
    guard = hands.plan(git_commit, message="x").guard
    assert hands.plan(git_commit, message="x").guard == guard
    repo.write("a.txt", "newer\n")
    repo.git("add", "-A")
    assert hands.plan(git_commit, message="x").guard != guard


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"message": ""}, "`message` is empty"),
        ({"message": " \n"}, "`message` is empty"),
        ({"message": "x"}, "Nothing is staged"),
        ({"message": "x", "expected_head": "0" * 40, "allow_empty": True}, "HEAD is at"),
        ({"message": "x", "expected_head": "abc", "allow_empty": True}, "HEAD is at"),
        ({"message": "a\0b", "allow_empty": True}, "NUL"),
        ({"message": "x", "paths": ["b.txt"]}, "no change to commit at these paths"),
        ({"message": "x", "paths": ["new.txt"]}, "stage them with git_stage first"),
        ({"message": "x", "paths": ["../x"]}, r"contains '\.\.'"),
        ({"message": "x", "paths": [":(top)"]}, "no change to commit"),
    ],
)
def test_what_cannot_be_committed_is_said(hands: Hands, repo: Repo, arguments: dict[str, object], words: str) -> None:
    repo.write("new.txt", "new\n")
    before = everything(repo)
    with pytest.raises(ToolError, match=words):
        hands.commit(**arguments)  # type: ignore[arg-type]
    assert everything(repo) == before


def test_the_head_that_was_expected_may_be_written_short(hands: Hands, repo: Repo) -> None:
    assert change_id(hands.commit("x", allow_empty=True, expected_head=repo.text("rev-parse", "--short=8", "HEAD")))


def test_without_a_name_nobody_commits(call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match="does not know who commits"):
        Hands(call, repo).commit("x", allow_empty=True)


def test_conflicts_are_resolved_first(hands: Hands, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", a__txt="side\n")
    repo.git("switch", "-q", "main")
    repo.commit("main", a__txt="main\n")
    repo.git("merge", "side", ok=(1,))
    with pytest.raises(ToolError, match="In conflict: 1 file"):
        hands.commit("merge")


def test_while_another_program_holds_the_index_nothing_is_changed(
    hands: Hands, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_lock, "SECONDS", 0.05)
    repo.write("a.txt", "x\n")
    before = everything(repo)
    (repo.path / ".git/index.lock").touch()
    with pytest.raises(ToolError, match=r"Another program is working on this repository .* Nothing was changed"):
        hands.commit("x", paths=["a.txt"])
    with pytest.raises(ToolError, match="Another program"):
        hands.stage("a.txt")
    with pytest.raises(ToolError, match="Another program"):
        hands.restore("a.txt")
    (repo.path / ".git/index.lock").unlink()
    assert everything(repo) == before
    assert repo.text("for-each-ref", "refs/doorkeep") == ""


@pytest.mark.parametrize("access", ["off", "read", "ask"])
def test_only_a_folder_that_may_be_changed_is_committed_in(
    make_call: MakeCall, identity: Path, repo: Repo, access: str
) -> None:
    hands = Hands(make_call((repo.path, access)), repo)
    with pytest.raises(ToolError):
        hands.commit("x", allow_empty=True)
    assert repo.text("log", "--format=%s") == "Begin"
