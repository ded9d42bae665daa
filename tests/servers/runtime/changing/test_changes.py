import os
from pathlib import Path

import pytest

from servers.runtime.call import Call
from servers.runtime.changing import changes
from servers.runtime.changing.changes import Place, Unrecorded
from servers.runtime.errors import ToolError
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError, RefusedError
from servers.runtime.wire import CallOrder
from tests.servers.conftest import MakeCall


def test_a_place_says_what_is_missing_above_it(call: Call, top: Path) -> None:
    (top / "a").mkdir()
    assert changes.place(call.folders, f"{top}/a/f", "write") == Place(f"{top}/a/f")
    assert changes.place(call.folders, f"{top}/a/b/c/f", "write") == Place(
        f"{top}/a/b/c/f", (f"{top}/a/b", f"{top}/a/b/c")
    )


def test_a_place_is_named_by_its_real_path(call: Call, top: Path) -> None:
    (top / "real").mkdir()
    (top / "link").symlink_to("real")
    assert changes.place(call.folders, f"{top}/link/new/f", "write") == Place(f"{top}/real/new/f", (f"{top}/real/new",))


@pytest.mark.parametrize(
    "path", ["new/.git/hooks/x", "new/.ssh/x", "off/x", "off/new/x", "out/x", "out/new/x", "dangling/x"]
)
def test_a_place_that_may_not_be_changed_is_refused_though_nothing_is_there(
    make_call: MakeCall, top: Path, tmp_path: Path, path: str
) -> None:
    (top / "off").mkdir()
    (tmp_path / "outside").mkdir()
    (top / "out").symlink_to(tmp_path / "outside")
    (top / "dangling").symlink_to(tmp_path / "outside" / "nothing")
    call = make_call((top, "write"), (top / "off", "off"))

    def make() -> None:
        changes.make_folders(call.folders, changes.place(call.folders, str(top / path), "write").missing)

    with pytest.raises(ToolError):
        make()
    assert os.listdir(tmp_path / "outside") == []


def test_the_old_file_is_read_without_following_anything(call: Call, top: Path) -> None:
    (top / "f").write_bytes(b"content")
    (top / "link").symlink_to("f")
    os.mkfifo(top / "pipe")
    with open_parent(call.folders, str(top / "f")) as parent:
        old = changes.read_old(parent, "edit")
        assert old is not None
        assert (old.content, old.etag) == (b"content", of_content(b"content"))
        small = changes.read_old(parent, "edit", most=3)
        assert small is not None
        assert (small.content, small.etag) == (None, of_content(b"content"))
    for name, words in (("link", "a symbolic link"), ("pipe", "a pipe")):
        with open_parent(call.folders, str(top / name)) as parent, pytest.raises(ConflictError, match=words):
            changes.read_old(parent, "edit")
    with open_parent(call.folders, str(top / "none")) as parent:
        assert changes.read_old(parent, "edit") is None


def test_another_state_than_the_callers_is_a_conflict(call: Call, top: Path) -> None:
    (top / "f").write_bytes(b"content")
    with open_parent(call.folders, str(top / "f")) as parent:
        old = changes.read_old(parent, "edit")
    changes.check_match(old, "", "/f")
    changes.check_match(old, of_content(b"content"), "/f")
    with pytest.raises(ConflictError, match=f"its etag is {of_content(b'content')} now"):
        changes.check_match(old, "other", "/f")
    with pytest.raises(ConflictError, match="does not exist"):
        changes.check_match(None, "any", "/f")


def test_without_an_undo_store_changes_are_made_unrecorded(make_call: MakeCall, top: Path) -> None:
    call = make_call((top, "write"), undo=False)
    assert isinstance(changes.begin(call, "t"), Unrecorded)
    assert not changes.undoable(call, 1)
    with pytest.raises(ToolError, match="without an undo store"):
        changes.required_store(call, "undo")


def test_a_file_too_large_to_be_kept_is_replaced_only_if_the_user_agreed(make_call: MakeCall, top: Path) -> None:
    (top / "f").write_bytes(b"x" * 100)
    for order, agreed in ((None, False), (CallOrder(1), False), (CallOrder(1, guard="g"), True)):
        call = make_call((top, "write"), order=order)
        store = call.undo
        assert store is not None
        store.quota = 10
        assert not changes.undoable(call, 100)
        with open_parent(call.folders, str(top / "f")) as parent, changes.begin(call, "t") as change:
            old = changes.read_old(parent, "edit")
            assert old is not None
            if agreed:
                assert "cannot be undone" in changes.keep(call, change, parent, old, "")[0]
            else:
                with pytest.raises(ToolError, match="more than is kept for undo"):
                    changes.keep(call, change, parent, old, "")


def test_folders_are_made_through_no_link(call: Call, top: Path, tmp_path: Path) -> None:
    (top / "a").symlink_to(tmp_path)
    with pytest.raises(RefusedError):
        changes.make_folders(call.folders, (f"{top}/a/new",))
    assert not (tmp_path / "new").exists()
