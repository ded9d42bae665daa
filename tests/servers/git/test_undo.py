"""After each destructive tool, git_undo brings back exactly what was there, and its own undo what the tool had done."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.undo import git_undo
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import Repo


@pytest.fixture
def hands(call: Call, repo: Repo, identity: Path) -> Hands:
    return Hands(call, repo)


def messy(repo: Repo) -> None:
    """A worktree with a bit of everything: staged, unstaged, new, deleted, executable, a link, a name that is no UTF-8."""
    repo.commit("More", c__txt="c\n", d__txt="d\n", e__txt="e\n")
    repo.git("branch", "old", "HEAD~1")
    repo.git("branch", "side", "HEAD~1")
    repo.git("tag", "-a", "-m", "first", "v1", "HEAD~1")
    repo.write("a.txt", "one\n2\nthree\n")
    repo.git("add", "a.txt")
    repo.write("a.txt", "one\n2\n3\n")
    repo.write("new.txt", "new\r\n")
    repo.write("dir/deep/new.txt", "deep\n")
    (repo.path / "d.txt").unlink()
    (repo.path / "c.txt").chmod(0o755)
    (repo.path / "link").symlink_to("a.txt")
    with open(repo.path / "caf\udce9", "wb") as file:
        file.write(b"latin")


DEEDS = {
    "stage all": lambda hands: hands.stage("."),
    "stage one": lambda hands: hands.stage("a.txt"),
    "stage a hunk": lambda hands: hands.stage("a.txt", hunks=[1]),
    "unstage": lambda hands: hands.stage("a.txt", action="unstage"),
    "intent": lambda hands: hands.stage("dir", action="intent"),
    "commit": lambda hands: hands.commit("Change"),
    "commit paths": lambda hands: hands.commit("Change", paths=["a.txt", "d.txt"]),
    "amend": lambda hands: hands.commit("Other words", amend=True),
    "amend as it is": lambda hands: hands.commit(amend=True),
    "create a branch": lambda hands: hands.branch("create", "topic"),
    "move a branch": lambda hands: hands.branch("create", "side", start="main", force=True),
    "rename a branch": lambda hands: hands.branch("rename", "side", new_name="side/way"),
    "rename the branch": lambda hands: hands.branch("rename", "main", new_name="trunk"),
    "delete a branch": lambda hands: hands.branch("delete", "side"),
    "switch to a new one": lambda hands: hands.switch("topic", create=True),
    "switch and stash": lambda hands: hands.switch("other", on_dirty="stash"),
    "detach": lambda hands: hands.switch("main", detach=True),
    "restore from the index": lambda hands: hands.restore("."),
    "restore from HEAD": lambda hands: hands.restore(".", source="HEAD", staged=True),
    "restore from before": lambda hands: hands.restore("a.txt", "c.txt", source="HEAD~1", staged=True),
    "restore the index": lambda hands: hands.restore(".", worktree=False, staged=True),
    "stash": lambda hands: hands.stash("push"),
    "stash all": lambda hands: hands.stash("push", untracked=True, message="all of it"),
    "stash one": lambda hands: hands.stash("push", paths=["a.txt"]),
    "tag": lambda hands: hands.tag("create", "v2"),
    "annotate": lambda hands: hands.tag("create", "v2", message="second"),
    "move a tag": lambda hands: hands.tag("create", "v1", force=True),
    "delete a tag": lambda hands: hands.tag("delete", "v1"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_undo_brings_back_exactly_what_was_there(hands: Hands, repo: Repo, deed: str) -> None:
    messy(repo)
    repo.git("branch", "other", "HEAD")
    repo.git("-c", "core.hooksPath=/dev/null", "update-ref", "refs/heads/other", _other_commit(repo))
    before = everything(repo)
    done = change_id(DEEDS[deed](hands))
    after = everything(repo)
    assert after != before
    back = change_id(hands.undo(done))
    assert everything(repo) == before
    hands.undo(back)
    assert everything(repo) == after
    assert repo.text("fsck", "--strict", "--no-dangling") == ""


def _other_commit(repo: Repo) -> str:
    """A commit whose a.txt differs, made beside the worktree."""
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"other\n").decode().strip()
    tree = repo.git("ls-tree", "HEAD").replace(repo.git("rev-parse", "HEAD:a.txt").strip(), blob.encode())
    made = repo.git("mktree", stdin=tree).decode().strip()
    return repo.text("commit-tree", "-p", "HEAD", "-m", "other", made)


def test_what_moved_since_is_not_taken_back_unless_forced(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "changed\n")
    done = change_id(hands.commit("One", paths=["a.txt"]))
    repo.commit("Two", a__txt="again\n")
    latest = repo.text("rev-parse", "HEAD")
    with pytest.raises(ToolError, match=r"the branch main was moved since"):
        hands.undo(done)
    assert repo.text("rev-parse", "HEAD") == latest
    assert "Although" in hands.plan(git_undo, change_id=done, force=True).preview
    back = change_id(hands.undo(done, force=True))
    assert repo.text("rev-parse", "HEAD") != latest
    hands.undo(back)
    assert repo.text("rev-parse", "HEAD") == latest
