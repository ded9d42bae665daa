"""git_restore gives up changes only after what is given up was kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.backup.keeping import BACKUPS
from servers.git.restore import git_restore
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, everything
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo


@pytest.fixture
def hands(call: Call, repo: Repo) -> Hands:
    return Hands(call, repo)


def test_files_become_what_the_index_holds_and_are_kept_in_a_backup_ref(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "staged\n")
    repo.git("add", "a.txt")
    repo.write("a.txt", "mine\n")
    hands.restore("a.txt")
    assert (repo.path / "a.txt").read_text() == "staged\n"
    [ref] = repo.text("for-each-ref", "--format=%(refname)", BACKUPS).split("\n")
    assert repo.git("cat-file", "blob", f"{ref}:files/a.txt") == b"mine\n"


def test_files_and_index_become_what_a_commit_holds(hands: Hands, repo: Repo) -> None:
    repo.commit("Second", a__txt="second\n", c__txt="c\n")
    hands.restore(".", source="HEAD~1", staged=True)
    assert (repo.path / "a.txt").read_text() == "one\ntwo\nthree\n"
    assert repo.text("diff", "--cached", "--name-status", "HEAD").split("\n") == ["M\ta.txt", "D\tc.txt"]
    assert not (repo.path / "c.txt").exists()


def test_the_index_alone_is_restored_from_head(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "mine\n")
    repo.git("add", "a.txt")
    hands.restore("a.txt", worktree=False, staged=True)
    assert repo.git("status", "--porcelain") == b" M a.txt\n"


def test_a_new_file_of_that_name_in_the_commit_is_not_lost(hands: Hands, repo: Repo) -> None:
    repo.git("rm", "-q", "--cached", "a.txt")
    repo.git("commit", "-q", "-m", "forget a")
    repo.write("a.txt", "mine, unknown to git\n")
    hands.restore("a.txt", source="HEAD~1")
    [ref] = repo.text("for-each-ref", "--format=%(refname)", BACKUPS).split("\n")
    assert repo.git("cat-file", "blob", f"{ref}:files/a.txt") == b"mine, unknown to git\n"


@pytest.mark.parametrize("how", ["folder", "file", "link"])
def test_what_git_would_remove_to_make_room_stops_it(hands: Hands, repo: Repo, how: str) -> None:
    repo.commit("Places", **{"d/f": "x\n", "e": "x\n"})
    repo.git("rm", "-q", "-r", "d", "e")
    repo.git("commit", "-q", "-m", "Gone")
    if how == "folder":
        repo.write("e/precious", "mine\n")
    elif how == "file":
        repo.write("d", "mine\n")
    else:
        (repo.path / "d").symlink_to("/nowhere")
    before = everything(repo)
    with pytest.raises(ToolError, match="is in the way of a file that would be restored"):
        hands.restore("d", "e", source="HEAD~1")
    assert everything(repo) == before


def test_files_in_conflict_are_restored_from_a_commit(hands: Hands, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", a__txt="side\n")
    repo.git("switch", "-q", "main")
    repo.commit("main", a__txt="main\n")
    repo.git("merge", "side", ok=(1,))
    before = everything(repo)
    text = hands.restore("a.txt", source="HEAD", staged=True)
    assert (repo.path / "a.txt").read_text() == "main\n"
    assert repo.text("ls-files", "--unmerged") == ""
    hands.undo(text.split("change_id=")[1].split("\n")[0])
    assert everything(repo) == before


def test_nothing_to_restore_is_said(hands: Hands) -> None:
    assert hands.restore(".").startswith("changed=no")


def test_the_plan_shows_what_would_be_lost(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "mine\n")
    before = everything(repo)
    plan = hands.plan(git_restore, paths=["a.txt"])
    assert "-mine" in plan.preview
    assert plan.writes == [str(repo.path / ".git"), str(repo.path / "a.txt")]
    assert everything(repo) == before
    repo.write("a.txt", "mine too\n")
    assert hands.plan(git_restore, paths=["a.txt"]).guard != plan.guard


@pytest.mark.parametrize(
    ("paths", "arguments", "words"),
    [
        ([], {}, "`paths` is empty"),
        (["a.txt"], {"worktree": False}, "say worktree or staged"),
        (["a.txt"], {"staged": True}, "restored from a commit"),
        (["a.txt"], {"source": "none"}, "There is no commit none"),
        (["a.txt"], {"source": "--overlay"}, "begins with '-'"),
        (["../a.txt"], {}, r"contains '\.\.'"),
        ([".git/config"], {}, "belongs to git itself"),
        (["/etc/passwd"], {}, "no folder that the user granted"),
    ],
)
def test_what_cannot_be_restored_is_said(
    hands: Hands, repo: Repo, paths: list[str], arguments: dict[str, object], words: str
) -> None:
    repo.write("a.txt", "mine\n")
    before = everything(repo)
    with pytest.raises(ToolError, match=words):
        hands.restore(*paths, **arguments)
    assert everything(repo) == before


def test_nothing_closed_is_restored(make_call: MakeCall, repo: Repo, top: Path) -> None:
    repo.commit("kept", **{"kept/x": "x\n"})
    repo.write("kept/x", "mine\n")
    hands = Hands(make_call((top, "write"), (repo.path / "kept", "read")), repo)
    with pytest.raises(ToolError, match="would change 1 file "):
        hands.restore(".")
    assert (repo.path / "kept/x").read_text() == "mine\n"


def test_before_the_first_commit_there_is_nothing_to_restore_from(call: Call, make_repo: MakeRepo) -> None:
    repo = make_repo("young")
    repo.write("f", "x")
    with pytest.raises(ToolError, match="no commit yet"):
        Hands(call, repo).restore("f", worktree=False, staged=True)
