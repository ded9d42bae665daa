"""git_stage does to the index what git add, git reset and git apply do, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.stage import git_stage
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, everything
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo


@pytest.fixture
def hands(call: Call, repo: Repo) -> Hands:
    return Hands(call, repo)


def status(repo: Repo) -> set[str]:
    return set(repo.text("status", "--porcelain", "-uall", "-z").split("\0")) - {""}


def test_files_new_changed_and_deleted_are_staged(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "changed\n")
    (repo.path / "b.txt").unlink()
    repo.write("new/one.txt", "new\n")
    text = hands.stage(".")
    assert status(repo) == {"M  a.txt", "D  b.txt", "A  new/one.txt"}
    assert text.split("\n")[1] == "stage 3 files"


@pytest.mark.parametrize("path", ["a.txt", "./a.txt", "ABSOLUTE"])
def test_one_path_is_staged_however_it_is_written(hands: Hands, repo: Repo, path: str) -> None:
    repo.write("a.txt", "changed\n")
    repo.write("b.txt", "changed\n")
    hands.stage(str(repo.path / "a.txt") if path == "ABSOLUTE" else path)
    assert status(repo) == {"M  a.txt", " M b.txt"}


def test_names_are_taken_as_they_are(hands: Hands, repo: Repo) -> None:
    names = ["*.txt", ":(top)x", ":/y", "-n", "--all", "a b", 'q"uote', "ä", "ctrl\x01", "caf\udce9"]
    for name in names:
        repo.write(name, "x")
    repo.write("other.txt", "x")
    hands.stage(*names)
    staged = repo.git("diff", "--cached", "--name-only", "-z").split(b"\0")
    import os

    assert sorted(staged) == sorted([b"", *map(os.fsencode, names)])


def test_unstaging_leaves_the_files_alone(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "changed\n")
    repo.write("new.txt", "new\n")
    repo.git("add", "-A")
    files = everything(repo)["files"]
    hands.stage(".", action="unstage")
    assert status(repo) == {" M a.txt", "?? new.txt"}
    assert everything(repo)["files"] == files


def test_unstaging_works_before_the_first_commit(call: Call, make_repo: MakeRepo) -> None:
    repo = make_repo("young")
    repo.write("f", "x")
    repo.git("add", "f")
    Hands(call, repo).stage("f", action="unstage")
    assert status(repo) == {"?? f"}


def test_an_intent_makes_a_file_known_without_its_content(hands: Hands, repo: Repo) -> None:
    repo.write("new.txt", "new\n")
    hands.stage("new.txt", action="intent")
    assert status(repo) == {" A new.txt"}


def test_hunks_go_in_and_out_by_their_numbers(hands: Hands, repo: Repo) -> None:
    lines = [f"{number}\n" for number in range(40)]
    repo.commit("many", f="".join(lines))
    for number in (3, 20, 35):
        lines[number] = "changed\n"
    repo.write("f", "".join(lines))
    assert "stage hunks 1, 3 of f" in hands.stage("f", hunks=[3, 1])
    assert repo.text("diff", "--cached", "--numstat") == "2\t2\tf"
    hands.stage("f", action="unstage", hunks=[2])
    assert "+changed" in repo.text("diff", "--cached")
    assert repo.text("diff", "--cached").count("@@ -") == 1
    assert "@@ -1,7" in repo.text("diff", "--cached")


def test_crlf_hunks_are_staged_as_they_are(hands: Hands, repo: Repo) -> None:
    repo.commit("crlf", f="one\r\ntwo\r\n")
    repo.write("f", "one\r\n2\r\n")
    hands.stage("f", hunks=[1])
    assert repo.git("cat-file", "blob", ":f") == b"one\r\n2\r\n"


def test_files_that_hold_secrets_are_left_out_and_counted(hands: Hands, repo: Repo) -> None:
    repo.write(".env", "TOKEN=x\n")
    repo.write("new.txt", "x\n")
    text = hands.stage(".")
    assert "Left out: 1 file that" in text
    assert ".env" not in text
    assert status(repo) == {"A  new.txt", "?? .env"}
    with pytest.raises(ToolError, match="hold secrets"):
        hands.stage(".env")
    (repo.path / "new.txt").unlink()
    repo.git("reset", "-q")
    with pytest.raises(ToolError, match=r"Nothing was staged\. Left out: 1 file"):
        hands.stage(".")


def test_files_of_a_closed_folder_are_left_out(make_call: MakeCall, repo: Repo, top: Path) -> None:
    repo.write("closed/x", "x\n")
    repo.write("read/x", "x\n")
    call = make_call((top, "write"), (repo.path / "closed", "off"), (repo.path / "read", "read"))
    Hands(call, repo).stage(".")
    assert status(repo) == {"A  read/x", "?? closed/x"}


def test_other_repositories_in_it_are_not_swallowed(hands: Hands, repo: Repo, make_repo: MakeRepo) -> None:
    make_repo("inner", path=repo.path / "inner").commit("inner", f="x")
    repo.write("a.txt", "changed\n")
    assert "Left out: 1 repository inside this one" in hands.stage(".")
    assert status(repo) == {"M  a.txt", "?? inner/"}


def test_a_second_time_there_is_nothing_to_do(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "changed\n")
    hands.stage(".")
    assert hands.stage(".").startswith("changed=no")


def test_the_plan_shows_the_diff_and_changes_nothing(hands: Hands, repo: Repo) -> None:
    repo.write("a.txt", "changed\n")
    before = everything(repo)
    plan = hands.plan(git_stage, paths=["."])
    assert "+changed" in plan.preview
    assert plan.writes == [str(repo.path / ".git")]
    assert everything(repo) == before
    repo.write("a.txt", "meanwhile\n")
    assert hands.plan(git_stage, paths=["."]).guard != plan.guard


@pytest.mark.parametrize(
    ("paths", "arguments", "words"),
    [
        ([], {}, "`paths` is empty"),
        (["none.txt"], {}, "There is no none.txt"),
        (["ignored.log"], {}, "is ignored"),
        (["../x"], {}, r"contains '\.\.'"),
        (["/etc/passwd"], {}, "no folder that the user granted"),
        ([".git/config"], {}, "belongs to git itself"),
        ([".GIT/hooks/x"], {}, "belongs to git itself"),
        (["linked/x"], {}, "beyond a symbolic link"),
        (["a.txt", "b.txt"], {"hunks": [1]}, "`hunks` are of one file"),
        (["."], {"hunks": [1]}, "`hunks` are of one file"),
        (["b.txt"], {"hunks": [1]}, "has no unstaged change"),
        (["a.txt"], {"hunks": [9]}, "There is no hunk 9"),
        (["a.txt"], {"hunks": [1], "action": "intent"}, "`hunks` are of one file"),
        (["a.txt"], {"hunks": [1], "action": "unstage"}, "has no staged change"),
    ],
)
def test_what_cannot_be_staged_is_said(
    hands: Hands, repo: Repo, tmp_path: Path, paths: list[str], arguments: dict[str, object], words: str
) -> None:
    repo.commit("ignore", __gitignore="*.log\n")
    repo.write("ignored.log", "x")
    repo.write("a.txt", "changed\n")
    (tmp_path / "x").write_text("outside")
    (repo.path / "linked").symlink_to(tmp_path)
    before = everything(repo)
    with pytest.raises(ToolError, match=words):
        hands.stage(*paths, **arguments)
    assert everything(repo) == before


def test_a_bare_repository_has_nothing_to_stage(call: Call, make_repo: MakeRepo) -> None:
    with pytest.raises(ToolError, match="bare"):
        Hands(call, make_repo("bare", "--bare")).stage(".")
