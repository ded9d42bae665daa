"""What a name leads to is opened only where the user granted it, whatever kind of name it is."""

from __future__ import annotations

import gc
import os
import socket
from pathlib import Path

import pytest

from servers.runtime.errors import ToolError
from servers.runtime.safe import opening
from servers.runtime.safe.access import Folders
from servers.runtime.safe.opening import open_entry, open_file, open_folder, open_parent, open_subfolder, scan
from servers.runtime.safe.words import NotFoundError, RefusedError
from tests.servers.runtime.safe.conftest import Grant

pytestmark = pytest.mark.usefixtures("way")


def content(folders: Folders, path: Path | str) -> bytes:
    with open_file(folders, folders.resolve(str(path))) as opened:
        return os.read(opened.fd, 100)


def refusal(folders: Folders, path: Path | str) -> str:
    with pytest.raises(ToolError) as caught, open_file(folders, folders.resolve(str(path))):
        pass
    return caught.value.text


def open_descriptors() -> list[int]:
    gc.collect()
    return [fd for fd in range(256) if os.path.lexists(f"/proc/self/fd/{fd}")]


def test_a_file_in_the_folder_opens_with_its_real_path(folders: Folders, tree: Path) -> None:
    with open_file(folders, str(tree / "in/sub/b.txt")) as opened:
        assert (opened.path, os.read(opened.fd, 10), opened.stat.st_size) == (str(tree / "in/sub/b.txt"), b"below", 5)


def test_a_missing_file_is_said_to_be_missing(folders: Folders, tree: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no such file"):
        open_file(folders, str(tree / "in/nope.txt"))


def test_a_sibling_with_the_same_prefix_is_outside(folders: Folders, tree: Path) -> None:
    assert "no folder that the user granted" in refusal(folders, tree / "in_evil/secret.txt")


@pytest.mark.parametrize(
    "target",
    [
        "../out/secret.txt",
        "{tree}/out/secret.txt",
        "../in_evil/secret.txt",
        "chain",
        "/proc/self/environ",
        "/etc/passwd",
    ],
)
def test_a_link_that_leads_out_is_refused(folders: Folders, tree: Path, target: str) -> None:
    (tree / "in/chain").symlink_to("sub/../../out/secret.txt")
    (tree / "in/link").symlink_to(target.format(tree=tree))
    assert "leads to another place" in refusal(folders, tree / "in/link")


def test_a_folder_link_that_leads_out_is_refused(folders: Folders, tree: Path) -> None:
    (tree / "in/link").symlink_to(tree / "out")
    assert "leads to another place" in refusal(folders, tree / "in/link/secret.txt")
    with pytest.raises(RefusedError):
        open_folder(folders, str(tree / "in/link"))
    with pytest.raises(RefusedError):
        open_parent(folders, str(tree / "in/link/new.txt"))


@pytest.mark.parametrize("target", ["sub/b.txt", "./sub/../sub/b.txt", "{tree}/in/sub/b.txt"])
def test_a_link_that_stays_inside_is_followed_to_the_real_path(folders: Folders, tree: Path, target: str) -> None:
    (tree / "in/link").symlink_to(target.format(tree=tree))
    with open_file(folders, str(tree / "in/link")) as opened:
        assert (os.read(opened.fd, 10), opened.path) == (b"below", str(tree / "in/sub/b.txt"))


def test_a_link_into_another_granted_folder_is_judged_there(tree: Path, grant: Grant) -> None:
    (tree / "in/link").symlink_to(tree / "out")
    folders = grant((tree / "in", "write"), (tree / "out", "read"))
    assert content(folders, tree / "in/link/secret.txt") == b"SECRET outside"
    with pytest.raises(RefusedError, match="read-only"):
        open_parent(folders, str(tree / "in/link/new.txt"))


def test_a_granted_folder_named_through_a_link_opens(tree: Path, grant: Grant) -> None:
    (tree / "alias").symlink_to(tree / "in")
    assert content(grant((tree / "in", "read")), tree / "alias/a.txt") == b"inside"


def test_a_narrower_off_folder_is_kept_closed_by_name_and_by_link(folders: Folders, tree: Path) -> None:
    (tree / "in/link").symlink_to("off/hidden.txt")
    (tree / "in/absolute").symlink_to(tree / "in/off")
    assert "switched off" in refusal(folders, tree / "in/off/hidden.txt")
    assert "switched off" in refusal(folders, tree / "in/link")
    assert "switched off" in refusal(folders, tree / "in/absolute/hidden.txt")


def test_a_narrower_read_folder_refuses_changes_through_a_link(tree: Path, grant: Grant) -> None:
    (tree / "in/link").symlink_to("sub")
    folders = grant((tree / "in", "write"), (tree / "in/sub", "read"))
    with pytest.raises(RefusedError, match="read-only"):
        open_parent(folders, str(tree / "in/link/new.txt"))
    with pytest.raises(RefusedError, match="read-only"):
        open_file(folders, str(tree / "in/link/b.txt"), "change")


def test_a_link_does_not_carry_a_change_past_the_question(tree: Path, grant: Grant) -> None:
    (tree / "in/link").symlink_to("sub")
    folders = grant((tree / "in", "write"), (tree / "in/sub", "ask"))
    with pytest.raises(RefusedError, match="asks the user first"):
        open_parent(folders, str(tree / "in/link/new.txt"))
    open_parent(folders, str(tree / "in/sub/new.txt")).close()


def test_a_circle_of_links_is_refused(folders: Folders, tree: Path) -> None:
    (tree / "in/one").symlink_to("two")
    (tree / "in/two").symlink_to("one")
    assert "circle" in refusal(folders, tree / "in/one")


def test_pipes_sockets_and_folders_are_no_files_and_never_block(folders: Folders, tree: Path) -> None:
    os.mkfifo(tree / "in/pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(tree / "in", os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
        said = [refusal(folders, tree / "in" / name) for name in ("pipe", "socket", "sub")]
    assert all("not a" in text for text in said), said


def test_a_pipes_writer_notices_nothing(folders: Folders, tree: Path) -> None:
    os.mkfifo(tree / "in/pipe")
    refusal(folders, tree / "in/pipe")
    with pytest.raises(OSError, match="No such device"):  # ENXIO: nobody has it open for reading
        os.open(tree / "in/pipe", os.O_WRONLY | os.O_NONBLOCK)


@pytest.mark.parametrize(
    "path", ["/proc/self/environ", "/proc/1/root/etc/passwd", "/dev/zero", "/sys/kernel/notes", "/dev/fd/0"]
)
def test_the_kernels_trees_stay_closed_under_a_grant_on_everything(grant: Grant, path: str) -> None:
    assert "kernel" in refusal(grant((Path("/"), "read")), path)


@pytest.mark.parametrize(
    "name", [b"line\nbreak", b"\xff\xfe bad", "n\u00e4me \u202e".encode(), b"x" * 255, b" lead", b"-rf", b"a\\xffb"]
)
def test_any_name_opens_and_keeps_its_bytes(folders: Folders, tree: Path, name: bytes) -> None:
    (tree / "in" / os.fsdecode(name)).write_bytes(b"found")
    with open_file(folders, str(tree / "in" / os.fsdecode(name))) as opened:
        assert os.fsencode(opened.path).endswith(b"/" + name)


def test_a_hard_link_is_read(folders: Folders, tree: Path) -> None:
    os.link(tree / "out/secret.txt", tree / "in/hard")
    assert content(folders, tree / "in/hard") == b"SECRET outside"


def test_a_folder_replaced_by_another_is_found_again(folders: Folders, tree: Path) -> None:
    content(folders, tree / "in/a.txt")
    (tree / "in").rename(tree / "away")
    (tree / "in").mkdir()
    (tree / "in/new.txt").write_text("new")
    (tree / "in/a.txt").write_text("another")
    assert content(folders, tree / "in/new.txt") == b"new"
    assert content(folders, tree / "in/a.txt") == b"another"


def test_a_folder_replaced_by_another_with_the_same_names_is_found_again(folders: Folders, tree: Path) -> None:
    content(folders, tree / "in/a.txt")
    (tree / "in").rename(tree / "away")
    (tree / "in").mkdir()
    (tree / "in/a.txt").write_text("another")
    assert content(folders, tree / "in/a.txt") == b"another"


def test_a_folder_that_became_a_link_is_refused(folders: Folders, tree: Path) -> None:
    (tree / "in").rename(tree / "away")
    (tree / "in").symlink_to("out")
    assert "SECRET" not in refusal(folders, tree / "in/secret.txt")


def test_sensitive_files_are_refused_by_their_real_name(folders: Folders, tree: Path) -> None:
    (tree / "in/.env").write_text("TOKEN=1")
    (tree / "in/harmless.txt").symlink_to(".env")
    assert "often hold secrets" in refusal(folders, tree / "in/.env")
    assert "often hold secrets" in refusal(folders, tree / "in/harmless.txt")


def test_what_other_programs_execute_is_not_changed(folders: Folders, tree: Path) -> None:
    (tree / "in/.git/hooks").mkdir(parents=True)
    (tree / "in/g").symlink_to(".git")
    for path in ("in/.git/config", "in/.GIT/hooks/pre-commit", "in/g/config", "in/.envrc"):
        with pytest.raises((RefusedError, NotFoundError)):
            open_parent(folders, str(tree / path))


def test_the_entry_of_a_parent_is_never_followed(folders: Folders, tree: Path) -> None:
    (tree / "in/link").symlink_to(tree / "out/secret.txt")
    with open_parent(folders, str(tree / "in/link")) as parent:
        found = parent.look()
        assert found is not None
        assert (found.st_size, parent.name) == (len(str(tree / "out/secret.txt")), "link")


@pytest.mark.parametrize("path", ["in", "in/sub", "in/here/sub"])
def test_a_granted_folder_itself_is_not_changed(tree: Path, grant: Grant, path: str) -> None:
    (tree / "in/here").symlink_to(".")
    folders = grant((tree / "in", "write"), (tree / "in/sub", "write"))
    with pytest.raises(RefusedError, match="granted folder itself"):
        open_parent(folders, str(tree / path))


def test_a_folder_that_holds_a_row_of_the_table_is_not_carried_away(tree: Path, grant: Grant) -> None:
    with pytest.raises(RefusedError, match="rule of its own"):
        open_parent(grant((tree / "in", "write"), (tree / "in/sub/deep", "off")), str(tree / "in/sub"))


def test_entries_open_relative_to_an_open_folder_and_links_do_not(folders: Folders, tree: Path) -> None:
    (tree / "in/link").symlink_to("a.txt")
    (tree / "in/folder_link").symlink_to("sub")
    with open_folder(folders, str(tree / "in")) as opened:
        assert sorted(entry.name for entry in scan(opened)) == ["a.txt", "folder_link", "link", "off", "sub"]
        with open_entry(folders, opened, "a.txt") as entry:
            assert os.read(entry.fd, 10) == b"inside"
        with open_subfolder(folders, opened, "sub") as inner:
            assert inner.path == str(tree / "in/sub")
        for refused in (lambda: open_entry(folders, opened, "link"), lambda: open_subfolder(folders, opened, "off")):
            with pytest.raises(ToolError):
                refused()
        with pytest.raises(ToolError):
            open_subfolder(folders, opened, "folder_link")


def test_no_descriptor_is_left_open(folders: Folders, tree: Path) -> None:
    (tree / "in/link").symlink_to("off/hidden.txt")
    content(folders, tree / "in/a.txt")
    before = open_descriptors()
    for name in ("in/link", "in/nope", "in/sub", "in/off/hidden.txt", "out/secret.txt"):
        refusal(folders, tree / name)
    assert open_descriptors() == before


def test_closing_twice_closes_once(folders: Folders, tree: Path) -> None:
    opened = open_file(folders, str(tree / "in/a.txt"))
    opened.close()
    other = os.open(tree / "in/a.txt", os.O_RDONLY)
    opened.close()
    os.close(other)


def test_kinds_have_words() -> None:
    assert [opening.kind(os.stat(path).st_mode) for path in ("/", "/dev/null")] == ["a folder", "a device"]
