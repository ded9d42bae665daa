"""Repositories are found by path, by name, or because there is only one; never above a granted folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.repository import find
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import RefusedError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo


def test_the_only_repository_needs_no_name(call: Call, repo: Repo) -> None:
    assert find(call).top == str(repo.path)


def test_of_several_the_error_names_them(call: Call, make_repo: MakeRepo) -> None:
    one, two = make_repo("one"), make_repo("two")
    with pytest.raises(ToolError) as refusal:
        find(call)
    assert str(one.path) in refusal.value.text
    assert str(two.path) in refusal.value.text


def test_a_name_means_the_folder_called_so(call: Call, make_repo: MakeRepo) -> None:
    make_repo("one")
    two = make_repo("deep/two")
    assert find(call, "two").top == str(two.path)


def test_a_name_of_two_is_told_apart_by_path(call: Call, make_repo: MakeRepo) -> None:
    make_repo("a/same")
    second = make_repo("b/same")
    with pytest.raises(ToolError, match="Several repositories are called same"):
        find(call, "same")
    assert find(call, "b/same").top == str(second.path)


def test_a_name_of_none_offers_what_there_is(call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match=f"no repository called nothing.*{repo.path}"):
        find(call, "nothing")


def test_a_path_inside_means_the_repository_around_it(call: Call, repo: Repo) -> None:
    repo.write("src/deep/file.txt")
    assert find(call, str(repo.path / "src/deep")).top == str(repo.path)
    assert find(call, str(repo.path / "src/deep/file.txt")).top == str(repo.path)


def test_the_folder_of_gits_own_means_the_working_tree_around_it(call: Call, repo: Repo) -> None:
    assert find(call, str(repo.path / ".git")).top == str(repo.path)


def test_nothing_is_looked_for_above_a_granted_folder(make_call: MakeCall, repo: Repo) -> None:
    repo.write("src/file.txt")
    with pytest.raises(ToolError, match="ask the user to grant that folder"):
        find(make_call((repo.path / "src", "write")), str(repo.path / "src"))
    with pytest.raises(ToolError, match="No git repository"):
        find(make_call((repo.path / "src", "write")))


def test_a_wider_grant_around_a_narrower_one_counts(make_call: MakeCall, repo: Repo) -> None:
    repo.write("src/file.txt")
    call = make_call((repo.path, "read"), (repo.path / "src", "write"))
    assert find(call, str(repo.path / "src")).top == str(repo.path)


def test_a_path_outside_is_refused(call: Call, make_repo: MakeRepo, tmp_path: Path) -> None:
    other = make_repo(path=tmp_path / "outside")
    with pytest.raises(RefusedError, match="no folder that the user granted"):
        find(call, str(other.path))


def test_an_embedded_bare_repository_does_not_pose_as_the_one_around_it(call: Call, repo: Repo) -> None:
    inner = Repo(repo.path / "docs")
    inner.path.mkdir()
    inner.git("init", "-q", "--bare")
    (inner.path / "sub").mkdir()
    assert find(call, str(inner.path / "sub")).top == str(repo.path)


def test_a_folder_that_is_switched_off_is_not_looked_into(make_call: MakeCall, top: Path, make_repo: MakeRepo) -> None:
    make_repo("closed/one")
    two = make_repo("two")
    assert find(make_call((top, "read"), (top / "closed", "off"))).top == str(two.path)


def test_a_repository_that_is_made_later_is_found(call: Call, make_repo: MakeRepo) -> None:
    with pytest.raises(ToolError, match="No git repository"):
        find(call)
    made = make_repo("later/one")
    assert find(call).top == str(made.path)


def test_without_folders_the_error_says_so(make_call: MakeCall) -> None:
    with pytest.raises(ToolError, match="No folder is granted"):
        find(make_call())


@pytest.mark.parametrize("named", ["path", "name", "inside"])
def test_a_folder_that_is_switched_off_is_named_by_the_refusal(
    make_call: MakeCall, repo: Repo, make_repo: MakeRepo, named: str
) -> None:
    other = make_repo("other")
    call = make_call((repo.path, "off"), (other.path, "write"))
    given = {"path": str(repo.path), "name": repo.path.name, "inside": str(repo.path / ".git")}[named]
    with pytest.raises(RefusedError, match=f"switched off the folder {repo.path}") as caught:
        find(call, given)
    assert caught.value.refusal.folder == str(repo.path)
    assert "which is switched off" in caught.value.refusal.reason


def test_where_nothing_is_in_reach_the_folder_that_is_switched_off_is_why(
    make_call: MakeCall, repo: Repo, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RefusedError, match=f"switched off {repo.path}") as caught:
        find(make_call((repo.path, "off"), (tmp_path / "empty", "write")))
    assert caught.value.refusal.folder == str(repo.path)
