"""Where a repository may be made: only where the user turned it on, on nothing that is there, and under one rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.creating import place
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders
from servers.runtime.safe.words import ConflictError, RefusedError
from servers.runtime.wire import Access, Folder, GitSwitch
from tests.servers.git.conftest import MakeCall, MakeRepo


@pytest.fixture
def creating(make_call: MakeCall, top: Path) -> Call:
    """A call over `top`, where git may make repositories."""
    return rows(make_call((top, "write")), (top, "write", ("create",)))


def rows(call: Call, *given: tuple[Path, Access, tuple[GitSwitch, ...]]) -> Call:
    table = tuple(Folder(str(path), access, git=git) for path, access, git in given)
    call.folders = Folders(1, table, asked=call.folders.asked)
    return call


def test_a_new_folder_and_one_that_is_there(creating: Call, top: Path) -> None:
    assert place(creating, str(top / "new"), "create").names is None
    assert place(creating, "new", "create").path == str(top / "new")
    (top / "there").mkdir()
    (top / "there" / "plan.txt").touch()
    assert place(creating, "there", "create").names == ("plan.txt",)
    assert place(creating, str(top), "create").path == str(top)


def test_the_guard_tells_whether_the_place_is_as_it_was(creating: Call, top: Path) -> None:
    before = place(creating, "new", "create").guard
    (top / "new").mkdir()
    empty = place(creating, "new", "create").guard
    (top / "new" / "a").touch()
    assert len({before, empty, place(creating, "new", "create").guard}) == 3


@pytest.mark.parametrize("git", [(), ("remote",), ("hooks",)])
def test_without_the_switch_it_is_refused_with_how_to_turn_it_on(
    make_call: MakeCall, top: Path, git: tuple[GitSwitch, ...]
) -> None:
    call = rows(make_call((top, "write")), (top, "write", git))
    with pytest.raises(RefusedError, match=r"may not make new repositories.*--git .*create") as told:
        place(call, "new", "create")
    assert told.value.refusal.folder == str(top)


def test_the_other_switch_is_wanted_too(creating: Call) -> None:
    with pytest.raises(RefusedError, match=r"may not speak to other computers.*--git create,remote"):
        place(creating, "new", "create", "remote")


@pytest.mark.parametrize("access", ["read", "off"])
def test_a_folder_that_may_not_be_changed_takes_none(make_call: MakeCall, top: Path, access: Access) -> None:
    call = rows(make_call((top, "write")), (top, access, ("create",)))
    with pytest.raises(RefusedError):
        place(call, str(top / "new"), "create")
    assert not (top / "new").exists()


@pytest.mark.parametrize("path", ["/etc/new", "~/new", "a/../../new", "new/.git", ".git/new", "there/.git/hooks"])
def test_nowhere_else(creating: Call, top: Path, path: str) -> None:
    (top / "there").mkdir()
    with pytest.raises(ToolError):
        place(creating, path, "create")


def test_not_through_a_link_that_leads_out(creating: Call, top: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (top / "link").symlink_to(tmp_path / "outside")
    for path in ("link", "link/new"):
        with pytest.raises(ToolError):
            place(creating, path, "create")


def test_not_over_a_repository(creating: Call, make_repo: MakeRepo) -> None:
    make_repo("one")
    make_repo("two", "--bare")
    for path in ("one", "two"):
        with pytest.raises(ConflictError, match="is a repository already"):
            place(creating, path, "create")


def test_not_around_a_folder_with_a_rule_of_its_own(make_call: MakeCall, top: Path) -> None:
    (top / "project" / "private").mkdir(parents=True)
    call = rows(make_call((top, "write")), (top, "write", ("create",)), (top / "project" / "private", "off", ()))
    with pytest.raises(RefusedError, match="has a rule of its own"):
        place(call, "project", "create")


def test_not_at_a_file(creating: Call, top: Path) -> None:
    (top / "file").touch()
    with pytest.raises(ToolError):
        place(creating, "file", "create")
