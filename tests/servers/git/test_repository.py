"""A repository is usable only where all of it lies in granted folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.git.repository import find
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import RefusedError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo


def test_an_ordinary_repository(call: Call, repo: Repo) -> None:
    found = find(call)
    assert (found.name, found.top, found.git_dir) == ("repo", str(repo.path), str(repo.path / ".git"))
    assert found.common_dir == found.git_dir
    assert not found.bare
    assert call.touched == [str(repo.path)]


def test_a_bare_repository_has_no_working_tree(call: Call, top: Path, make_repo: MakeRepo) -> None:
    make_repo("store.git", "--bare")
    found = find(call, "store")
    assert (found.name, found.top, found.bare) == ("store", "", True)


def test_a_linked_worktree_shares_what_lies_in_the_other(call: Call, repo: Repo, top: Path) -> None:
    repo.git("worktree", "add", "-q", str(top / "linked"))
    found = find(call, str(top / "linked"))
    assert found.top == str(top / "linked")
    assert found.common_dir == str(repo.path / ".git")
    assert found.git_dir == str(repo.path / ".git/worktrees/linked")


def test_a_sha256_repository_says_so(call: Call, make_repo: MakeRepo) -> None:
    make_repo("wide", "--object-format=sha256")
    assert find(call, "wide").format == "sha256"


def test_a_read_only_folder_cannot_be_changed(make_call: MakeCall, top: Path, repo: Repo) -> None:
    with pytest.raises(RefusedError, match="read-only"):
        find(make_call((top, "read")), str(repo.path), "change")


def test_where_nobody_can_be_asked_a_folder_that_asks_cannot_be_changed(
    make_call: MakeCall, top: Path, repo: Repo
) -> None:
    with pytest.raises(RefusedError, match="must be asked"):
        find(make_call((top, "ask")), str(repo.path), "change")


def test_a_worktree_cannot_be_changed_where_its_repository_is_read_only(make_call: MakeCall, top: Path) -> None:
    main, linked = top / "main", top / "linked"
    repo = Repo(main)
    main.mkdir()
    repo.git("init", "-q", "-b", "main")
    repo.commit()
    repo.git("worktree", "add", "-q", str(linked))
    call = make_call((main, "read"), (linked, "write"))
    assert find(call, str(linked)).top == str(linked)
    with pytest.raises(RefusedError, match="read-only"):
        find(call, str(linked), "change")


def test_a_repository_of_which_a_part_is_switched_off_is_refused(make_call: MakeCall, top: Path, repo: Repo) -> None:
    with pytest.raises(RefusedError, match="switched off"):
        find(make_call((top, "write"), (repo.path / ".git/objects", "off")), str(repo.path))


def outside_gitdir(repo: Repo, other: Repo) -> None:
    repo.git("--version")
    os.rename(repo.path / ".git", repo.path / "was")
    repo.write(".git", f"gitdir: {other.path / '.git'}\n")


def outside_worktree(repo: Repo, other: Repo) -> None:
    repo.config("core.worktree", str(other.path))


def outside_alternates(repo: Repo, other: Repo) -> None:
    repo.write(".git/objects/info/alternates", f"{other.path}/.git/objects\n")


def relative_alternates(repo: Repo, other: Repo) -> None:
    relative = os.path.relpath(other.path / ".git/objects", repo.path / ".git/objects")
    repo.write(".git/objects/info/alternates", f"{relative}\n")


def quoted_alternates(repo: Repo, other: Repo) -> None:
    repo.write(".git/objects/info/alternates", f'"{other.path}/.git/objects"\n')


def outside_commondir(repo: Repo, other: Repo) -> None:
    repo.write(".git/commondir", f"{other.path}/.git\n")


def linked_git(repo: Repo, other: Repo) -> None:
    os.rename(repo.path / ".git", repo.path / "was")
    os.symlink(other.path / ".git", repo.path / ".git")


def linked_objects(repo: Repo, other: Repo) -> None:
    os.rename(repo.path / ".git/objects", repo.path / "was")
    os.symlink(other.path / ".git/objects", repo.path / ".git/objects")


def linked_pack(repo: Repo, other: Repo) -> None:
    os.rmdir(repo.path / ".git/objects/pack")
    os.symlink(other.path / ".git/objects/pack", repo.path / ".git/objects/pack")


def linked_pack_file(repo: Repo, other: Repo) -> None:
    os.symlink(other.path / "secret", repo.path / ".git/objects/pack/pack-1.pack")


def linked_fan(repo: Repo, other: Repo) -> None:
    os.symlink(other.path / ".git/objects/pack", repo.path / ".git/objects/zz")


def linked_refs(repo: Repo, other: Repo) -> None:
    os.rename(repo.path / ".git/refs", repo.path / "was")
    os.symlink(other.path / ".git/refs", repo.path / ".git/refs")


def linked_ref(repo: Repo, other: Repo) -> None:
    os.symlink(other.path / "secret", repo.path / ".git/refs/heads/x")


def linked_index(repo: Repo, other: Repo) -> None:
    os.remove(repo.path / ".git/index")
    os.symlink(other.path / ".git/index", repo.path / ".git/index")


def linked_config(repo: Repo, other: Repo) -> None:
    os.remove(repo.path / ".git/config")
    os.symlink(other.path / ".git/config", repo.path / ".git/config")


def linked_head(repo: Repo, other: Repo) -> None:
    os.remove(repo.path / ".git/HEAD")
    os.symlink(other.path / ".git/HEAD", repo.path / ".git/HEAD")


def linked_info(repo: Repo, other: Repo) -> None:
    os.rename(repo.path / ".git/objects/info", repo.path / "was")
    os.symlink(other.path / ".git/objects/info", repo.path / ".git/objects/info")


ESCAPES = [
    outside_gitdir,
    outside_worktree,
    outside_alternates,
    relative_alternates,
    quoted_alternates,
    outside_commondir,
    linked_git,
    linked_objects,
    linked_pack,
    linked_pack_file,
    linked_fan,
    linked_refs,
    linked_ref,
    linked_index,
    linked_config,
    linked_head,
    linked_info,
]


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda escape: escape.__name__)
def test_a_repository_that_leads_outside_is_refused(
    escape: object, call: Call, repo: Repo, make_repo: MakeRepo, tmp_path: Path
) -> None:
    other = make_repo(path=tmp_path / "outside")
    other.commit("Secret", secret="hidden")
    find(call, str(repo.path))
    assert callable(escape)
    escape(repo, other)
    with pytest.raises(RefusedError, match="Cannot use"):
        find(call, str(repo.path))


def test_the_same_places_inside_granted_folders_may_be_used(call: Call, repo: Repo, make_repo: MakeRepo) -> None:
    other = make_repo("other")
    other.commit("Other", x="y")
    outside_alternates(repo, other)
    assert find(call, str(repo.path)).top == str(repo.path)


def test_a_head_that_is_a_link_to_a_branch_is_as_old_gits_wrote_it(call: Call, repo: Repo) -> None:
    os.remove(repo.path / ".git/HEAD")
    os.symlink("refs/heads/main", repo.path / ".git/HEAD")
    assert find(call, str(repo.path)).top == str(repo.path)


@pytest.mark.parametrize("content", ["", "gitdir:", "nonsense", "gitdir: /nowhere/at/all\n", "gitdir: " + "x" * 9000])
def test_a_git_file_that_leads_nowhere_is_a_clear_error(call: Call, top: Path, content: str) -> None:
    (top / "odd").mkdir()
    (top / "odd/.git").write_text(content)
    with pytest.raises(ToolError, match="Cannot"):
        find(call, str(top / "odd"))
