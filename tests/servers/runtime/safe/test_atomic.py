"""A file has its old content or its new one, the right one, and nothing else is left in its folder."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.runtime.errors import ToolError
from servers.runtime.safe import atomic, moving
from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import New, replace_file, replace_with
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.opening import Parent, open_parent
from servers.runtime.safe.words import ConflictError

ROOT = Path(__file__).parents[4]


@pytest.fixture(params=["unnamed", "named", "without exchange"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With O_TMPFILE; on a file system without it; and on one that cannot exchange names either."""
    if request.param != "unnamed":
        monkeypatch.setattr(atomic, "_TMPFILE", 0)
    if request.param == "without exchange":

        def refuse(*_: object, exchange: bool) -> None:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

        monkeypatch.setattr(moving, "_rename", refuse)
    return request.param


@pytest.fixture
def entry(folders: Folders, tree: Path, way: str) -> Iterator[Callable[[str], Parent]]:
    """`entry("in/x")` opens the parent of that path."""
    opened: list[Parent] = []

    def make(name: str) -> Parent:
        opened.append(open_parent(folders, str(tree / name)))
        return opened[-1]

    yield make
    for parent in opened:
        parent.close()
    assert not [name for name in os.listdir(tree / "in") if moving.is_temporary(name)]


Entry = Callable[[str], Parent]


def test_a_new_file_has_the_content_and_the_users_mode(entry: Entry, tree: Path) -> None:
    before = os.umask(0o027)
    found = replace_file(entry("in/new.txt"), b"content")
    os.umask(before)
    assert (tree / "in/new.txt").read_bytes() == b"content"
    assert (found.st_size, found.st_mode & 0o7777) == (7, 0o640)


def test_a_name_of_255_bytes_is_written(entry: Entry, tree: Path) -> None:
    replace_file(entry("in/" + "n" * 255), b"1")
    replace_file(entry("in/" + "n" * 255), b"2")
    assert (tree / "in" / ("n" * 255)).read_bytes() == b"2"


def test_creating_never_overwrites(entry: Entry, tree: Path) -> None:
    with pytest.raises(ConflictError, match="exists already"):
        replace_file(entry("in/a.txt"), b"new", create_only=True)
    assert (tree / "in/a.txt").read_text() == "inside"


def test_a_file_created_by_another_in_the_meantime_is_left(entry: Entry, tree: Path) -> None:
    def fill(new: New) -> None:
        new.write(b"ours")
        (tree / "in/new.txt").write_text("theirs")

    with pytest.raises(ConflictError, match="exists already"):
        replace_with(entry("in/new.txt"), fill)
    assert (tree / "in/new.txt").read_text() == "theirs"


def test_the_expected_content_is_replaced_and_another_is_not(entry: Entry, tree: Path) -> None:
    replace_file(entry("in/a.txt"), b"second", expect=of_content(b"inside"))
    with pytest.raises(ConflictError, match="changed since it was read"):
        replace_file(entry("in/a.txt"), b"third", expect=of_content(b"inside"))
    with pytest.raises(ConflictError, match="no longer exists"):
        replace_file(entry("in/nope.txt"), b"third", expect=of_content(b"inside"))
    assert (tree / "in/a.txt").read_bytes() == b"second"
    assert not (tree / "in/nope.txt").exists()


@pytest.mark.parametrize("how", ["replaced", "written into"])
def test_a_change_by_another_in_the_meantime_is_kept(entry: Entry, tree: Path, how: str) -> None:
    def fill(new: New) -> None:
        new.write(b"ours")
        if how == "replaced":
            (tree / "in/other").write_text("theirs")
            (tree / "in/other").replace(tree / "in/a.txt")
        else:
            (tree / "in/a.txt").write_text("theirs")

    with pytest.raises(ConflictError, match="changed since"):
        replace_with(entry("in/a.txt"), fill, expect=of_content(b"inside"))
    assert (tree / "in/a.txt").read_text() == "theirs"


@pytest.mark.parametrize(("now", "replaced"), [(b"old", True), (b"0ld", False), (b"older", False), (b"ol", False)])
def test_content_that_the_caller_knows_is_compared_itself(
    entry: Entry, tree: Path, monkeypatch: pytest.MonkeyPatch, now: bytes, replaced: bool
) -> None:
    monkeypatch.setattr(atomic, "etag", lambda *_: pytest.fail("it was hashed"))
    (tree / "in/x").write_bytes(now)
    if replaced:
        replace_file(entry("in/x"), b"new", expect=of_content(b"old"), known=b"old")
    else:
        with pytest.raises(ConflictError):
            replace_file(entry("in/x"), b"new", expect=of_content(b"old"), known=b"old")
    assert (tree / "in/x").read_bytes() == (b"new" if replaced else now)


@pytest.mark.parametrize("saves", [1, 2, 3, 4])
@pytest.mark.parametrize("way", ["unnamed", "named"], indirect=True)
def test_what_others_save_between_any_two_steps_is_never_put_away(
    entry: Entry, tree: Path, monkeypatch: pytest.MonkeyPatch, saves: int
) -> None:
    (tree / "in/x").write_bytes(b"old")
    real, count = moving.exchange, 0

    def meanwhile(folder: int, one: str, other: str) -> bool:
        nonlocal count
        if count < saves:
            count += 1
            (tree / "in/theirs").write_bytes(b"theirs %d" % count)
            os.replace(tree / "in/theirs", tree / "in/x")
        return real(folder, one, other)

    monkeypatch.setattr(moving, "exchange", meanwhile)
    with pytest.raises(ConflictError):
        replace_file(entry("in/x"), b"ours", expect=of_content(b"old"))
    assert (tree / "in/x").read_bytes() == b"theirs %d" % saves


def test_what_was_saved_while_the_new_file_was_written_is_never_even_moved(
    entry: Entry, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "in/x").write_bytes(b"old")
    monkeypatch.setattr(moving, "exchange", lambda *_: pytest.fail("the name was changed"))

    def fill(new: New) -> None:
        new.write(b"ours")
        (tree / "in/x").write_bytes(b"theirs")

    with pytest.raises(ConflictError):
        replace_with(entry("in/x"), fill, expect=of_content(b"old"))
    assert (tree / "in/x").read_bytes() == b"theirs"


def test_a_failure_while_writing_leaves_all_as_it_was(entry: Entry, tree: Path) -> None:
    def fail(new: New) -> None:
        new.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for name in ("in/a.txt", "in/new.txt"):
        with pytest.raises(ToolError, match="the disk is full"):
            replace_with(entry(name), fail)
    assert (tree / "in/a.txt").read_text() == "inside"
    assert sorted(os.listdir(tree / "in")) == ["a.txt", "off", "sub"]


def test_a_limit_on_file_size_leaves_all_as_it_was(entry: Entry, tree: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    parent = entry("in/a.txt")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(ToolError, match="limit allows"):
            replace_file(parent, b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tree / "in/a.txt").read_text() == "inside"


def test_mode_is_kept_and_set_user_id_is_dropped(entry: Entry, tree: Path) -> None:
    (tree / "in/a.txt").chmod(0o4751)
    assert replace_file(entry("in/a.txt"), b"new").st_mode & 0o7777 == 0o751


def test_extended_attributes_are_kept(entry: Entry, tree: Path) -> None:
    try:
        os.setxattr(tree / "in/a.txt", "user.note", b"mine")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    replace_file(entry("in/a.txt"), b"new")
    assert os.getxattr(tree / "in/a.txt", "user.note") == b"mine"


def test_a_new_file_is_made_like_the_one_it_copies(entry: Entry, tree: Path) -> None:
    (tree / "in/a.txt").chmod(0o750)
    assert replace_file(entry("in/copy.txt"), b"new", keep=os.stat(tree / "in/a.txt")).st_mode & 0o777 == 0o750


def test_nothing_is_written_through_a_hard_link(entry: Entry, tree: Path) -> None:
    os.link(tree / "out/secret.txt", tree / "in/hard")
    replace_file(entry("in/hard"), b"new")
    assert (tree / "out/secret.txt").read_text() == "SECRET outside"
    assert (tree / "in/hard").read_bytes() == b"new"


@pytest.mark.parametrize("kind", ["symbolic link", "folder", "pipe"])
def test_only_a_regular_file_is_replaced(entry: Entry, tree: Path, kind: str) -> None:
    if kind == "symbolic link":
        (tree / "in/it").symlink_to(tree / "out/secret.txt")
    elif kind == "folder":
        (tree / "in/it").mkdir()
    else:
        os.mkfifo(tree / "in/it")
    with pytest.raises(ConflictError, match=kind):
        replace_file(entry("in/it"), b"new")
    assert (tree / "out/secret.txt").read_text() == "SECRET outside"


def test_a_reader_keeps_what_it_opened(entry: Entry, tree: Path) -> None:
    with (tree / "in/a.txt").open() as reader:
        replace_file(entry("in/a.txt"), b"new")
        assert reader.read() == "inside"


def test_a_copy_is_streamed_into_the_new_file(entry: Entry, tree: Path) -> None:
    (tree / "in/big").write_bytes(os.urandom(3_000_000))
    fd = os.open(tree / "in/big", os.O_RDONLY)

    def fill(new: New) -> None:
        new.copy(fd)
        new.write(b"more")

    replace_with(entry("in/a.txt"), fill)
    os.close(fd)
    assert (tree / "in/a.txt").read_bytes() == (tree / "in/big").read_bytes() + b"more"


def test_durable_means_content_before_name_and_name_before_answer(
    entry: Entry, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def flushed(fd: int) -> None:
        seen.append(f"content, name there: {(tree / 'in/new.txt').exists()}")

    monkeypatch.setattr(atomic, "flush", flushed)
    monkeypatch.setattr(
        atomic, "flush_folder", lambda fd: seen.append(f"folder, name there: {(tree / 'in/new.txt').exists()}")
    )
    replace_file(entry("in/new.txt"), b"content")
    replace_file(entry("in/other.txt"), b"content", durable=False)
    assert seen == ["content, name there: False", "folder, name there: True"]


COUNT = """
import sys
from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import etag
from servers.runtime.safe.opening import open_file, open_parent
from servers.runtime.safe.words import ConflictError
from servers.runtime.errors import ToolError
from servers.runtime.wire import Folder
import os
path = sys.argv[1]
folders = Folders(1, (Folder(os.path.dirname(path), "write"),))
done = 0
for _ in range(20000):
    if done == 100:
        break
    try:
        with open_file(folders, path) as opened:
            number = int(os.read(opened.fd, 20))
            now = etag(opened.fd, opened.stat)
        with open_parent(folders, path) as parent:
            replace_file(parent, str(number + 1).encode(), expect=now, durable=False)
        done += 1
    except ToolError:
        continue
print(done)
"""


def test_no_update_is_lost_between_two_writers(tree: Path) -> None:
    (tree / "in/count").write_text("0")
    command = [sys.executable, "-c", COUNT, str(tree / "in/count")]
    writers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    done = [int(writer.communicate(timeout=60)[0]) for writer in writers]
    assert done == [100, 100]
    assert (tree / "in/count").read_text() == "200"
    assert sorted(os.listdir(tree / "in")) == ["a.txt", "count", "off", "sub"]
